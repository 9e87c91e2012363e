"""WHAT AUTHORS WORK WITH: a folder to begin with, the same folder as it stands now, its figures, and what changed in it."""
