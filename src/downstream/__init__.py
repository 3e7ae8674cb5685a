"""Downstream of the facts: what other systems are told by Apache Kafka, and tell us."""
