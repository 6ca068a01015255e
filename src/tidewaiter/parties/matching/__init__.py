"""Matching: from a party on a consignment to the list entries that it resembles."""
