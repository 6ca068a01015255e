"""Ledger: an append-only log with proofs that can be verified without trusting its operator."""
