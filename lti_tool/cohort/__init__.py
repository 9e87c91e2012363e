"""One context: who stands where, settings, scores on their way."""
