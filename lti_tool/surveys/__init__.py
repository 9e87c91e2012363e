"""ANONYMOUS SURVEYS: sheets sealed until the round is over, opened together, and told only by the rules of publication."""
