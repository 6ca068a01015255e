"""Accounts, sessions, tokens and passkeys in the database."""
