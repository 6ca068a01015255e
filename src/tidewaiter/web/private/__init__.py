"""Pages of private questions."""
