"""HTTP to platforms: with limits on time, size and target."""
