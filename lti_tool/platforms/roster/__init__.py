"""Members of a course, as the platform tells them."""
