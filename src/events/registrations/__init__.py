"""Registrations: pathways, cancellations, registers, invoice lines."""
