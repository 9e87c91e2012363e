"""The draft as a file to take home."""
