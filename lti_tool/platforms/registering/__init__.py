"""How a platform is connected and kept."""
