"""Typst in a process of its own and the letters its font has: for every long document that people download."""
