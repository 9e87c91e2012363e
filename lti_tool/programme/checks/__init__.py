"""Proof-reading, one file for each kind of content."""
