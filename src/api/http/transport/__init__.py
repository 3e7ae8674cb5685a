"""What every request passes, whatever it asks: middleware, rates, health, metrics."""
