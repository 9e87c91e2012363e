"""Texts and numbers as people type, search and sort them."""
