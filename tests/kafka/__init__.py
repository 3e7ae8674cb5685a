"""Apache Kafka for tests: the one named, else one of the tests' own."""
