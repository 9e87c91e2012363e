"""Everything goes wrong at once, and no score is lost: `python -m tests.chaos`."""
