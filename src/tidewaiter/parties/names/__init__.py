"""Party names: from a name as written to comparable forms."""

from tidewaiter.parties.names.keys import SYSTEMS, keys, keys_of, loose_key
from tidewaiter.parties.names.read import read_name, read_names
from tidewaiter.parties.names.types import (
    How,
    NameForm,
    Problem,
    ReadName,
    Segment,
    Token,
    TokenKind,
)

__all__ = [
    "SYSTEMS",
    "How",
    "NameForm",
    "Problem",
    "ReadName",
    "Segment",
    "Token",
    "TokenKind",
    "keys",
    "keys_of",
    "loose_key",
    "read_name",
    "read_names",
]
