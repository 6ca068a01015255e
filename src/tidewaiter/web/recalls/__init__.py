"""Pages of recalls."""
