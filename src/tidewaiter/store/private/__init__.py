"""Private queries in the database."""
