"""The worker: sends what is due and records how it ended."""
