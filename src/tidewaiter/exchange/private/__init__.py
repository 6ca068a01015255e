"""Private query: "have you seen this party?", without revealing which.

Only `intersection` knows the PSI library; it also writes a party as keys. `messages` holds the
records sent, their limits, and the budget of a peer.
"""
