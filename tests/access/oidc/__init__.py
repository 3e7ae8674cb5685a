"""Signing in by a real issuer: npm's oidc-provider on the loopback."""
