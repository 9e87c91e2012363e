"""The playground's launches and registrations."""
