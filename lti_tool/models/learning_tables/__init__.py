"""Tables of learning, drafts, live sessions and certificates."""
