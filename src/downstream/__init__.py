"""Apache Kafka: the events published to other systems, and the reports they send."""
