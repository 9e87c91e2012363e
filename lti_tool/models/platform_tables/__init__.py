"""Tables of platforms, links and scores on their way."""
