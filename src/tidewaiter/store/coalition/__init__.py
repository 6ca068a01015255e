"""The coalition in the database."""
