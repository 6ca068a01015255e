"""Addresses for other programs' clients, whose shapes are defined by others."""


def is_taxii(path: str) -> bool:
    """Return whether a path is for TAXII clients."""
    return _is_below(path, "/taxii2")


def _is_below(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")
