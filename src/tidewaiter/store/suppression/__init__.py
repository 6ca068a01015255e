"""Suppression rules in the database."""
