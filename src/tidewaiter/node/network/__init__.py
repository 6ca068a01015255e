"""The network of parties, resolved and drawn from the database."""
