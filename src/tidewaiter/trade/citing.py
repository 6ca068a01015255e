"""How a version of a list is cited."""

from tidewaiter.consignments.types import PartyMatch

_HASH = 12  # characters of a version that tell it from others


def source_of(match: PartyMatch) -> str:
    """Return what a report cites a version of a list by."""
    return cite_list(match.list, match.version)


def cite_list(slug: str, version: str) -> str:
    """Return what a version of a list is cited by.

    Args:
        slug: Of the list.
        version: SHA-256 of its bytes.
    """
    return f"{slug}@{version[:_HASH]}"
