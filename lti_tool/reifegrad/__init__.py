"""How a person rates their municipality, before the first module and after the last; for others only added up."""
