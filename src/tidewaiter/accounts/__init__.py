"""Accounts: roles and rights, and the credentials of people and programs."""
