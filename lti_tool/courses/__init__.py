"""One course: who stands where, settings, scores on their way."""
