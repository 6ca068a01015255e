"""What is read of an identifier."""

from typing import Literal

from tidewaiter.base.records import Record

Check = Literal["valid", "not valid", "no check known"]
"""valid: its check digits, or all that its scheme demands, are right; not valid: they are not, so
that it was mistyped or is of another scheme; no check known: nothing tells."""


class ReadIdentifier(Record, frozen=True, kw_only=True):
    """An identifier in one spelling."""

    scheme: str  # LEI, IMO, phone, ...; that of the number itself where it tells
    value: str  # without what separates its parts; as written where it is not valid
    country: str = ""  # ISO 3166-1 alpha-2 of the authority that gave it; "": not said
    near: frozenset[str] = frozenset()  # countries of its party, of which that may be one
    check: Check = "no check known"
    problem: str = ""  # why it is not valid
    domain: str = ""  # of an e-mail or a site: the part that its owner has, where that is a party
