"""Pages of the coalition."""
