"""Addresses for other programs' clients, whose shapes are defined by others."""

MATCHING = "/yente"
"""Base address of the matching API, in the shape of yente."""

RECONCILIATION = f"{MATCHING}/reconcile"
"""Below it: reconciliation services, one for each data set."""


def is_taxii(path: str) -> bool:
    """Return whether a path is for TAXII clients."""
    return _is_below(path, "/taxii2")


def is_matching(path: str) -> bool:
    """Return whether a path is of the matching API."""
    return _is_below(path, MATCHING)


def is_reconciliation(path: str) -> bool:
    """Return whether a path is of a reconciliation service."""
    return _is_below(path, RECONCILIATION)


def _is_below(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")
