"""Names of messages: UUIDs of version 7, which sort by when they were made."""

from uuid import UUID

_RANDOM = 10  # bytes
_UNIX_MS = 48  # bits


def message_id(milliseconds: int, random: bytes) -> str:
    """Make a name.

    Args:
        milliseconds: Since 1970, UTC.
        random: shape (10,).

    Source:
        RFC 9562, section 5.7.
    """
    low = int.from_bytes(random[:_RANDOM], "big")
    told = (milliseconds & ((1 << _UNIX_MS) - 1)) << 80 | low
    told = told & ~(0xF << 76) | 0x7 << 76  # the version
    return str(UUID(int=told & ~(0x3 << 62) | 0x2 << 62))  # the variant
