"""How a document comes to be issued: what a person did is read, a kind decides, and one row is written."""
