"""When a course meets live: dates, attendance, and the follow-up of who was not there."""
