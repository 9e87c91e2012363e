"""Whether a check code or a file is genuine."""
