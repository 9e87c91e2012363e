"""What all forms need."""
