"""Registrations: pathways, cancellations, invoice lines."""
