"""The facts of the business. Importing a module registers its events."""
