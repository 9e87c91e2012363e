"""What a million users cost."""
