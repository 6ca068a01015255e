"""Pages of private queries."""
