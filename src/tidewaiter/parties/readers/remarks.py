"""The remarks of OFAC's lists: "DOB 1970; POB Tehran, Iran; Passport A123 (Iran)."."""

import re

from tidewaiter.base.countries import find_country
from tidewaiter.parties.identifiers.schemes import NOTE, find_scheme
from tidewaiter.parties.readers.draft import Draft
from tidewaiter.parties.types import NameKind

_ALT = re.compile(r"^(?:alt|Alt)\.\s+")
_ALIAS = re.compile(r"^(a\.k\.a\.|f\.k\.a\.|n\.k\.a\.)\s+['\"](.+)['\"]\.?$", re.IGNORECASE)
_LINKED = re.compile(r"^\(?Linked To:\s*(.+?)\)?\.?$")
_COUNTRY = re.compile(r"\s*\(([^()]+)\)")
_ISSUED = re.compile(r"\s+(?:issued|expires|Expires|expiration|Issue Date)\b.*$")
_WALLET = re.compile(r"^Digital Currency Address\s*-?\s*([A-Z0-9]{2,6})\s+(\S+)$")
_ADDRESS = {
    "Email Address": "email",
    "Email": "email",
    "Website": "website",
    "Phone Number": "phone",
    "Phone No.": "phone",
    "Telephone": "phone",
    "Fax": "fax",
}
_SPLIT = re.compile(r";\s+|;$")
ALIASES: dict[str, NameKind] = {
    "a.k.a.": "weak alias",
    "f.k.a.": "former",
    "n.k.a.": "alias",
}
"""Names in remarks are those that the list calls weak."""


def read_remarks(text: str, draft: Draft) -> None:
    """Add to an entry what its remarks say; what no rule covers goes into the note.

    Args:
        text: The remarks, parts parted by semicolons.
        draft: The entry.
    """
    for piece in _SPLIT.split(text.strip()):
        part = " ".join(piece.strip().removesuffix(".").split())
        if part:
            _read(_ALT.sub("", part), draft)


def _read(part: str, draft: Draft) -> None:
    if found := _ALIAS.fullmatch(part):
        draft.name(found[2], ALIASES[found[1].casefold()])
    elif found := _LINKED.fullmatch(part):
        draft.tie("linked-to", found[1])
    elif found := _WALLET.fullmatch(part):
        draft.number(f"Digital Currency Address - {found[1]}", found[2])
    elif not _person(part, draft) and not _number(part, draft):
        draft.note(part)


def _person(part: str, draft: Draft) -> bool:
    """Read a birth, a place of birth or a country; False: it is none."""
    word, _, rest = part.partition(" ")
    match word:
        case "DOB":
            draft.born(rest)
        case "POB":
            draft.birthplace(rest)
        case "nationality" | "citizen" | "Nationality" | "Citizen" if find_country(rest):
            draft.country(rest)
        case _:
            return False
    return True


def _number(part: str, draft: Draft) -> bool:
    for word, ours in _ADDRESS.items():
        if part.startswith(word + " "):
            draft.identifier(ours, part.removeprefix(word).strip())
            return True
    scheme, rest = find_scheme(part)
    if scheme is None or scheme.name == NOTE or not any(c.isdigit() for c in rest):
        return False
    kind = part[: len(part) - len(rest)] if rest and part.endswith(rest) else part
    country = ""
    for found in _COUNTRY.finditer(rest):
        if find_country(found[1]):
            country = found[1]
    value = _ISSUED.sub("", _COUNTRY.sub("", rest)).strip(" ,")
    if not value:
        return False
    draft.number(kind, value, country)
    return True
