"""Alerts in the database: the queue, decisions, terms and counts."""
