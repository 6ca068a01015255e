"""Pages of suppression rules."""
