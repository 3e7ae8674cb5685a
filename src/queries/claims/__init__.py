"""Claims, the awards in them, and the certificates that they issue."""
