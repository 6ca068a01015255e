"""Accounts: who may do what, and by which secrets people and programs are known."""
