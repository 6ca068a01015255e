"""Pre-export notifications in the database."""
