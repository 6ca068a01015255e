"""Cases and their documents in the database."""
