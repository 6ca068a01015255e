"""OFAC's lists as delimited files: entries, names, addresses and the data in remarks.

Source: OFAC, "Specially designated nationals data specification", 2004, updated 2023-09-25.
"""

import re
from collections.abc import Iterator, Sequence

from tidewaiter.base.archives import ListFile
from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError
from tidewaiter.parties.identifiers.schemes import NOTE, find_scheme
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader, refused
from tidewaiter.parties.readers.file_formats import Row, head, rows
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

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
"""Names in remarks are weak aliases."""


def read_remarks(text: str, draft: Draft) -> None:
    """Parse the remarks of an entry; unrecognised text goes into the note.

    Args:
        text: The remarks, separated by semicolons.
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
    """Parse a birth, a place of birth or a country; False: none of these."""
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


_NULL = "-0-"
_WIDTHS = {12: "entries", 6: "addresses", 5: "names", 2: "comments"}
KINDS: dict[str, PartyKind] = {
    "individual": "person",
    "entity": "organisation",
    "": "organisation",
    "vessel": "vessel",
    "aircraft": "aircraft",
}
_ALIASES: dict[str, NameKind] = {"aka": "alias", "fka": "former", "nka": "alias"}

Parts = dict[str, tuple[ListFile, list[Row]]]


def claims_ofac_csv(files: Sequence[ListFile]) -> bool:
    """Return whether one of the files has the entries of an OFAC list."""
    return any(_is_entries(file) for file in files)


def _is_entries(file: ListFile) -> bool:
    """Test the first row: 12 cells, a number first, and "-0-" for missing values."""
    for line in head(file).splitlines()[:3]:
        if _NULL in line and line.split(",", 1)[0].strip('" ').isdigit():
            return line.count(_NULL) + line.count('","') >= 5 and line.count(",") >= 11  # noqa: PLR2004
    return False


def read_ofac_csv(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read sdn.csv, add.csv, alt.csv and sdn_comments.csv, or those of the non-SDN lists.

    Args:
        files: Files of one list and date, in any order, recognised by their number of columns.

    Raises:
        InputError: A file is none of these or is truncated, or the entries are missing.
    """
    parts: Parts = {}
    for file in files:
        part, read = _part(file)
        if part in parts:
            raise InputError(
                "parties/file-given-twice", part=part, name=parts[part][0].name, at=file.name
            )
        parts[part] = (file, read)
    if "entries" not in parts:
        raise InputError("parties/entries-file-missing", at=files[0].name)
    yield ListHeader()
    drafts: dict[str, Draft] = {}
    yield from _entries(*parts["entries"], drafts, _comments(parts))
    yield from _names(parts, drafts)
    yield from _addresses(parts, drafts)
    for draft in drafts.values():
        yield from draft.finish()


def _part(file: ListFile) -> tuple[str, list[Row]]:
    read = list(rows(file, closed=True))
    for _, row in read[:50]:
        part = _WIDTHS.get(len(row))
        if part and row[0].strip().isdigit():
            return part, read
    raise InputError("parties/not-an-ofac-file", at=file.name)


def _comments(parts: Parts) -> dict[str, str]:
    """Join the continuations of long remarks, by entry number."""
    found: dict[str, str] = {}
    for _, row in parts["comments"][1] if "comments" in parts else ():
        cells = _cells(row, 2)
        found[cells[0]] = found.get(cells[0], "") + (row[1] if len(row) > 1 else "")
    return found


def _cells(row: list[str], width: int) -> list[str]:
    cells = [cell.strip() for cell in row[:width]]
    cells += [""] * (width - len(cells))
    return ["" if cell == _NULL else cell for cell in cells]


def _entries(
    file: ListFile, read: list[Row], drafts: dict[str, Draft], comments: dict[str, str]
) -> Iterator[EntryRefusal]:
    for number, row in read:
        cells = _cells(row, 12)
        place = f"row {number}"
        if not cells[0].isdigit():
            if number > 1:
                yield _no_number(file, place, row)
            continue
        if len(row) != 12:  # noqa: PLR2004 - the columns of the file
            error = InputError("parties/row-width-wrong", count=len(row), width=12)
            yield refused(file.name, place, cells[0], error)
            continue
        if cells[0] in drafts:
            error = InputError("parties/id-of-another-entry", first=drafts[cells[0]].place)
            yield refused(file.name, place, cells[0], error)
            continue
        drafts[cells[0]] = _entry(file, place, cells, comments.get(cells[0], ""))


def _entry(file: ListFile, place: str, cells: list[str], more: str) -> Draft:
    key, name, kind, programmes, title, call, ship, tons, gross, flag, owner, remarks = cells
    draft = Draft(key, KINDS.get(kind.casefold(), "unknown"), file=file.name, place=place)
    draft.name(name)
    for programme in programmes.split("] ["):
        draft.programme(programme.strip("[] "))
    draft.identifier("call-sign", call)
    draft.country(flag)
    draft.tie("owned-by", owner)
    for word, text in (("vessel", ship), ("tonnage", tons), ("gross", gross)):
        if text:
            draft.note(f"{word}: {text}")
    draft.note(title)
    read_remarks(remarks + more, draft)
    return draft


def _names(parts: Parts, drafts: dict[str, Draft]) -> Iterator[EntryRefusal]:
    if "names" not in parts:
        return
    file, read = parts["names"]
    for number, row in read:
        key, _, kind, name, remarks = _cells(row, 5)
        draft = drafts.get(key)
        if draft is None:
            yield from _stray(file, number, row, key)
            continue
        draft.name(name, _ALIASES.get(kind.casefold(), "alias"))
        draft.note(remarks)


def _addresses(parts: Parts, drafts: dict[str, Draft]) -> Iterator[EntryRefusal]:
    if "addresses" not in parts:
        return
    file, read = parts["addresses"]
    for number, row in read:
        key, _, street, city, country, remarks = _cells(row, 6)
        draft = drafts.get(key)
        if draft is None:
            yield from _stray(file, number, row, key)
            continue
        draft.address([street, city, country], city=city, country=country)
        draft.note(remarks)


def _stray(file: ListFile, number: int, row: list[str], key: str) -> Iterator[EntryRefusal]:
    """Reject a row if its entry is missing; a header row is ignored."""
    if key.isdigit():
        error = InputError("parties/entry-not-in-files")
        yield refused(file.name, f"row {number}", key, error)
    elif number > 1:
        yield _no_number(file, f"row {number}", row)


def _no_number(file: ListFile, place: str, row: list[str]) -> EntryRefusal:
    error = InputError("parties/row-without-number")
    return refused(file.name, place, ",".join(row), error)
