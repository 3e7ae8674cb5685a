"""The further layers of API requests: origins, ETags, rates, health."""
