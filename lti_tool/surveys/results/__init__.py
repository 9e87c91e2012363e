"""What is told of opened rounds, to whom and in which form; only `read_results` reads counts, rows and texts."""
