"""Requests: for information, for legal assistance, for a joint case, and to have an item back."""
