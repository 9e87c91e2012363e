"""Claims of a launch as typed values."""
