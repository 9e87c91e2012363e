"""From a verified launch to stored rows and a visit."""
