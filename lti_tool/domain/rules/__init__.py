"""The rules of learning and of a course."""
