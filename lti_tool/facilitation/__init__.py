"""THE PACK WITH WHICH SOMEBODY RUNS A LIVE SESSION: its parts in their order, as ODT and as tagged PDF. For who teaches only."""
