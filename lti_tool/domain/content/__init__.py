"""What is taught, as values."""
