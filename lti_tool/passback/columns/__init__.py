"""Gradebook columns: found, compared, healed."""
