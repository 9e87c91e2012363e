"""A participant goes through a module: lessons, self-checks, quiz, score, certificate."""
