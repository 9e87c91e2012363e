"""When a course meets, and who was there."""
