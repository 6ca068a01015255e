"""Pages of peers."""
