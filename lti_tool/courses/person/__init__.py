"""One member of a course, as who teaches sees and helps them."""
