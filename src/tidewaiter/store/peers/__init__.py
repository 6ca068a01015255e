"""Peers, channels and messages in the database."""
