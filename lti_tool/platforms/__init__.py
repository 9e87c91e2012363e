"""WHO LAUNCHES US: registrations, deployments, and what a launch leaves behind."""
