"""How far people are in a course: what it asks for, what they did, and what follows from each step (module, score, document)."""
