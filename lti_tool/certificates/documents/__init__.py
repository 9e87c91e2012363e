"""How a certificate becomes a PDF: letterhead, typesetting, seal, and the queue of documents to make."""
