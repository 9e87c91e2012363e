"""Scores on their way: the outbox, the worker that empties it, and what people are told about it."""
