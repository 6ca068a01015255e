"""Ledger: a log that only grows, and what proves of it to someone who does not trust us."""
