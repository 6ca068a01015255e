"""Records: frozen, typed, and strict about what they are read from."""

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen record. Read from a file, an unknown key or a wrong type stops the load."""
