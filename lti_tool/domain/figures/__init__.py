"""Interactive figures: what authors hand in as data, and what is worked out from a reader's own values. Pages show it."""
