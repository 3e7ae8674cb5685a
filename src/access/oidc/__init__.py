"""Signing in by an OpenID Connect issuer; imported only where one is set."""
