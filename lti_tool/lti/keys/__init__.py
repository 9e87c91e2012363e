"""A platform's public keys."""
