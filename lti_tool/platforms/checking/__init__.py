"""Questions to a platform: the connection check and its answers."""
