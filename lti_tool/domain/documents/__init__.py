"""Rules of documents: who gets them, what they say, their check codes."""
