"""A local page to paste a proposal into."""
