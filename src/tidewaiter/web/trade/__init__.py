"""Pages of trade flows."""
