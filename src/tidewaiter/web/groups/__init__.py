"""Pages of groups of peers."""
