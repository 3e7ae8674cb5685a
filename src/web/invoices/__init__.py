"""Invoices: every charge and credit, and what it is due to."""
