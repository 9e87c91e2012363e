"""How often strangers may come in; shared by all processes through the database."""
