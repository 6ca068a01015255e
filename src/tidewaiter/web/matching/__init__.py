"""Matching API: in the shape of yente, and as reconciliation services."""
