"""What a course asks for to complete a module, and who has done how much of it; for one person and for a whole course."""
