"""By which index each list and look-up is answered, on both databases."""
