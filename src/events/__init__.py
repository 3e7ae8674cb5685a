"""The facts of the business: importing one of its modules makes what is in it known."""
