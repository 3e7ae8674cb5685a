"""Orders of registrations: products, learners, dates, confirmation."""
