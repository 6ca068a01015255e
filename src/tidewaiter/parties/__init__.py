"""Parties: list entries, and matching of party names in documents against them."""
