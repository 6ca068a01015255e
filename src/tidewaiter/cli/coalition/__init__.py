"""Commands of the coalition."""
