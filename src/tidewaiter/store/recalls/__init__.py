"""Recalls in the database."""
