"""Rules, with the standard library only: nothing here knows a table, a page or a platform."""
