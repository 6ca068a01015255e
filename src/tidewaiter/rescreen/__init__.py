"""Screen again what a database holds: all of it, or what changed list entries touch."""
