"""Pages with which a platform is connected and content placed."""
