"""What is stored of one person, over all tables: told, handed out, erased."""
