"""Readers, one for each kind of content."""
