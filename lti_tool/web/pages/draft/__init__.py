"""Pages of the strategy draft and the Reifegrad."""
