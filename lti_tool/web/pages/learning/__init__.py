"""Pages of lessons, quizzes and what goes with them."""
