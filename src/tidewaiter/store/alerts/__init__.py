"""Alerts in the database: queue, decisions, index terms and counts."""
