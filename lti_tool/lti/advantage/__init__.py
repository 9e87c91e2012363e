"""LTI Advantage services: grades and roster."""
