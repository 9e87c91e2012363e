"""Commands about people: what is stored of them, their documents, what they ask for, the lists of their courses."""
