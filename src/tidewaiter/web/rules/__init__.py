"""Pages of rules and the overview."""
