"""Dynamic registration."""
