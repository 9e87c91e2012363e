"""HINTS TO THE AUTHORS: what readers notice in a lesson or a case, without their name; for teachers and authors."""
