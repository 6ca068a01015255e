"""Ownership and control: links between entries of all lists, and legal tests of them."""
