"""Requests: for information, for legal assistance, for a joint case, and to recall an item."""
