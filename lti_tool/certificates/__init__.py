"""Certificates: issued once, typeset once, verified by anyone."""
