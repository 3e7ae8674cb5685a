"""What every request to the API passes besides: origins, ETags, rates, health."""
