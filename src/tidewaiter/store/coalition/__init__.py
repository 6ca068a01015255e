"""Coalition records in the database."""
