"""The quiz, from its front page to the reviewed attempt."""
