"""HINTS TO THE AUTHORS: what readers notice in a lesson, without their name; for the course's teachers and the authors."""
