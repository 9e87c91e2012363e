"""Pages of those who teach or administer a course."""
