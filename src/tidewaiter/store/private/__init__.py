"""Private questions in the database."""
