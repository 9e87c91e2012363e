"""What instructors, administrators and operators do with certificates that were issued."""
