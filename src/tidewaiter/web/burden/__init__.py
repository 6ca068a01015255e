"""Pages of overdose deaths."""
