"""Base class of records: frozen, typed, and strict when decoded."""

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen record. An unknown key or a wrong type is an error when it is read from a file."""
