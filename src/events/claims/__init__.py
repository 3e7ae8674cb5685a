"""Claims, and the certificates that they issue."""
