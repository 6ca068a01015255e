"""Parties (NAD) and places (LOC) of a message."""

import re

from tidewaiter.consignments.messages.edifact.segments import Segment
from tidewaiter.consignments.messages.edifact.structure import Codes

OTHER = "other"
"""The role of a party whose code has none here: it is compared with the lists all the same."""

_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_SCHEMES = {"9": "GLN", "16": "DUNS"}  # 3055: GS1, Dun and Bradstreet
_LISTS = {"139": "port", "162": "country"}  # 1131: a port or place, a country


def party_of(segment: Segment, codes: Codes) -> dict[str, str | None] | None:
    """Read NAD: a name in C080, else the first line of C058, else words for a number.

    None: it names nobody.
    """
    lines = [line for line in segment.parts(3) if line]
    name = " ".join(part for part in segment.parts(4)[:5] if part)
    if not name and lines:
        name = lines.pop(0)
    street = [part for part in segment.parts(5) if part]
    rest = [segment.get(place) for place in (6, 7, 8)]
    address = ", ".join(part for part in (*lines, *street, *rest) if part)
    number = segment.get(2)
    if not name and " " in number:  # a number has no spaces: it is a name in its place
        name, number = number, ""
    if not (name or number):
        return None
    return {
        "role": codes.party.get(segment.get(1), OTHER),
        "name": name or None,
        "address": address or None,
        "country": segment.get(9) or None,
        "id_scheme": _SCHEMES.get(segment.get(2, 2)) if number else None,
        "id": number or None,
    }


def stop_of(segment: Segment) -> dict[str, str | None] | None:
    """Read LOC: a UN/LOCODE, a country or a name; None: it names no place."""
    code, kind, name = segment.get(2), segment.get(2, 1), segment.get(2, 3)
    stop: dict[str, str | None] = {"locode": None, "name": name or None, "country": None}
    bare = code.replace(" ", "")
    if len(code) == 2 or (code and _LISTS.get(kind) == "country"):  # noqa: PLR2004
        stop["country"] = code
    elif _LOCODE.fullmatch(bare):
        stop["locode"] = bare
    elif code:
        stop["name"] = f"{code} {name}".strip()
    return stop if any(stop.values()) else None
