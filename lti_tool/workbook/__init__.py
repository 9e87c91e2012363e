"""The participant's strategy draft: written chapter by chapter, handed in, commented, exported."""
