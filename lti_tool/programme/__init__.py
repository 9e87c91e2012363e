"""Content: reads the programme folder (docs/authoring.md) into frozen values and proof-reads it."""
