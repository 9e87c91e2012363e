"""TOML, Markdown and findings: what all readers use."""
