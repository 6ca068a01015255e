"""IATA Cargo-IMP: air waybills (FWB) and consolidation lists (FHL), read line by line.

A section begins with three letters; its further lines begin with a slant.

The format is derived from telegrams written by programs; IATA's manual is sold, and was not read:
so its lines are marked as unconfirmed.
"""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.check_digits import awb_digit
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.types import Refusal

_SECTION = re.compile(r"([A-Z]{3})(?:/(.*))?")
_AWB = re.compile(
    r"(?P<awb>\d{3}-\d{8})(?P<from>[A-Z]{3})(?P<to>[A-Z]{3})"
    r"/?[A-Z](?P<pieces>\d+)(?P<code>[KL])(?P<weight>[\d.]+)(?:(?P<cube>[A-Z]{2})(?P<volume>[\d.]+))?"
)
_PARTY_LABELS = frozenset({"NAM", "ADR", "LOC"})  # lines of a party in newer versions


class Section(NamedTuple):
    """A section of a message."""

    tag: str
    row: int  # line number in the file, from 1
    lines: list[tuple[str, ...]]  # fields of each line; the first line without its tag


class Waybill(Record, frozen=True, kw_only=True):
    """The head of a waybill: "999-12345675BOMMEX/T10K250"."""

    number: str
    origin: str  # IATA code of an airport or a city
    destination: str
    pieces: str
    weight: str
    unit: str
    cube: str = ""  # unit of volume
    volume: str = ""


def waybill_of(text: str) -> Waybill | None:
    """Parse the head of a waybill; None: not one."""
    found = _AWB.match(text)
    if found is None:
        return None
    return Waybill(
        number=found["awb"],
        origin=found["from"],
        destination=found["to"],
        pieces=found["pieces"],
        weight=found["weight"],
        unit="KGM" if found["code"] == "K" else "LBR",
        cube=found["cube"] or "",
        volume=found["volume"] or "",
    )


def sections_of(texts: list[str], first: int) -> tuple[list[Section], list[tuple[int, str]]]:
    """Split a message into its sections.

    Args:
        texts: Lines of the message.
        first: Number of the first line in the file.

    Returns:
        The sections, and the lines outside any section, with their numbers.
    """
    sections: list[Section] = []
    bad = []
    for row, text in enumerate(texts, first):
        if not text or text == "=":
            continue
        begin = None if text.startswith("/") else _SECTION.fullmatch(text)
        if begin is not None and begin[1] not in _PARTY_LABELS:
            sections.append(Section(begin[1], row, [tuple((begin[2] or "").split("/"))]))
        elif sections and (begin is not None or text.startswith("/")):
            sections[-1].lines.append(tuple(text.removeprefix("/").split("/")))
        else:
            bad.append((row, text))
    return sections, bad


_COUNTRY = re.compile(r"[A-Z]{2}")
_CONTACTS = frozenset({"TE", "FX", "TL"})  # telephone, fax, telex; not country codes
_LABELS = ("NAM", "ADR", "LOC")
_ACCOUNTS = frozenset({"SHP", "CNE", "AGT"})  # parties that may start with an account line


def party_of(section: Section, role: str) -> dict[str, str | None] | None:
    """Parse a party: name, street, place, then country, postcode and contacts; None: no name.

    Args:
        section: SHP, CNE, NFY or AGT.
        role: Role of the party.
    """
    first, *rest = section.lines
    head = [part for part in first if part]
    if any(line[0] in _LABELS for line in rest):
        name, address, country = _labelled(rest)
        account = head
    else:
        has_name = bool(head) and not (
            section.tag in _ACCOUNTS and len(rest) > 1 and _is_code(head)
        )
        lines = [tuple(head), *rest] if has_name else list(rest)
        account = [] if has_name else head
        name, address, country = _plain(lines)
    if not name:
        return None
    return {
        "role": role,
        "name": name,
        "address": ", ".join(filter(None, address)) or None,
        "country": country or None,
        "id_scheme": None,
        "id": account[0] if account else None,
    }


def _is_code(head: list[str]) -> bool:
    """Return whether the first line is an account, not a name: digits and no spaces."""
    return all(any(c.isdigit() for c in part) and " " not in part for part in head)


def _plain(lines: list[tuple[str, ...]]) -> tuple[str, list[str], str]:
    """Read unlabelled lines in order; the last one that begins with two letters has the country."""
    if not lines:
        return "", [], ""
    name = " ".join(filter(None, lines[0]))
    at = next((i for i in range(len(lines) - 1, 0, -1) if _is_country(lines[i][0])), None)
    address = [" ".join(filter(None, line)) for line in lines[1:at]]
    if at is None:
        return name, address, ""
    address.append(" ".join(filter(None, lines[at][1:])))
    address += [" ".join(filter(None, line)) for line in lines[at + 1 :]]
    return name, address, lines[at][0]


def _is_country(text: str) -> bool:
    return _COUNTRY.fullmatch(text) is not None and text not in _CONTACTS


def _labelled(lines: list[tuple[str, ...]]) -> tuple[str, list[str], str]:
    """Read lines with labels: NAM, ADR, LOC, and their continuation lines."""
    parts: dict[str, list[str]] = {label: [] for label in _LABELS}
    label, country = "NAM", ""
    for line in lines:
        told = line[0] in _LABELS
        label = line[0] if told else label
        fields = line[1:] if told else line
        if label == "LOC" and not told and fields and _COUNTRY.fullmatch(fields[0]):
            country, fields = fields[0], fields[1:]
        parts[label].append(" ".join(filter(None, fields)))
    return " ".join(parts["NAM"]), [*parts["ADR"], *parts["LOC"]], country


_PIECES = re.compile(r"P(\d+)")
_WEIGHT = re.compile(r"([KL])([\d.]+)")
_VOLUME = re.compile(r"([A-Z]{2})([\d.]+)")
_PLACES = re.compile(r"([A-Z]{3})([A-Z]{3})")
_AIRPORT = re.compile(r"([A-Z]{3})(?:[A-Z0-9]{2})?")
_FLIGHT = re.compile(r"[A-Z0-9]{2}[0-9]{3,4}[A-Z]?")
_UN = re.compile(r"(?:UN|ID)?\s?(\d{4})")
_CODE = re.compile(r"[NR][A-Z]")  # detail of a rate line: NG, NH
_UNITS = {"K": "KGM", "L": "LBR"}
_CUBES = {"MC": "m3", "CC": "cm3"}  # CF, cubic feet, is kept as is
_PARTIES = {"SHP": "consignor", "CNE": "consignee", "NFY": "notify", "AGT": "forwarder"}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Item:
    """Builder of a line of goods."""

    def __init__(self) -> None:
        """Start empty."""
        self.fields: dict[str, str] = {}
        self.texts: list[str] = []
        self.parties: list[dict[str, str | None]] = []
        self.route: list[dict[str, str | None]] = []
        self.kept: list[tuple[str, str]] = []


def goods_of_awb(waybill: Waybill | None, sections: Sequence[Section]) -> Iterator[Item]:
    """Yield the lines of a waybill: one for each rate line with pieces.

    A waybill without goods is one line, with its parties.
    """
    around, items = Item(), list[Item]()
    for section in sections:
        if section.tag == "RTD":
            items += _rates(section, around)
        elif not _shared(section, around):
            _keep(section, around)
    items = items or [Item()]
    for place, item in enumerate(items):
        item.fields["goods"] = " ".join(item.texts)
        if waybill is not None:
            item.fields.setdefault("consignment", waybill.number)
        if len(items) == 1:
            _totals(waybill, around, item)
        _put_around(item, around, _route(waybill, sections), first=not place)
        yield item


def goods_of_houses(waybill: Waybill | None, sections: Sequence[Section]) -> Iterator[Item]:
    """Yield the house waybills of a consolidation, one line each."""
    item: Item | None = None
    master = Item()
    for section in sections:
        if section.tag == "HBS":
            if item is not None:
                yield _house(item)
            item = _begin_house(section)
            item.kept[:0] = master.kept
            master.kept = []
        elif section.tag == "MBI":
            number = waybill.number if waybill else "/".join(section.lines[0])
            master.kept.append(("MBI", number))
        elif section.tag == "TXT" and item is not None:
            item.texts += [" ".join(filter(None, line)) for line in section.lines]
        elif section.tag == "HTS" and item is not None:
            codes = [code for line in section.lines for code in line if code]
            item.fields["hs"] = codes[0] if codes else ""
            item.kept += [("HTS", code) for code in codes[1:]]
        elif not _shared(section, item or master):
            _keep(section, item or master)
    if item is not None:
        yield _house(item)


def _begin_house(section: Section) -> Item:
    """Start a house waybill: "HBS/H0001/BOMMEX/10/K250//PHARMA INTERMEDIATE"."""
    number, places, pieces, weight, loose, *text = (*section.lines[0], *[""] * 6)[:8]
    item = Item()
    item.fields |= {"consignment": number, "packages": pieces, "mode": "air"}
    item.fields["commercial"] = "/".join(part for part in text if part)
    found = _WEIGHT.fullmatch(weight)
    if found:
        item.fields |= {"gross": found[2], "gross.unit": _UNITS[found[1]]}
    ends = _PLACES.fullmatch(places)
    if ends:
        item.route += [_stop("loading", ends[1]), _stop("unlading", ends[2])]
    if loose:
        item.kept.append(("HBS", f"{loose} pieces by the shipper's count"))
    item.kept += [("HBS", "/".join(line)) for line in section.lines[1:]]
    return item


def _house(item: Item) -> Item:
    """Finish a house waybill: its text is the description, or else the short text of the list."""
    goods = " ".join(item.texts)
    short = item.fields.pop("commercial", "")
    item.fields["goods"] = goods or short
    if goods:
        item.fields["commercial"] = short
    return item


def _rates(section: Section, around: Item) -> Iterator[Item]:
    """Yield the rate lines of RTD; details belong to the preceding line."""
    item: Item | None = None
    for line in section.lines:
        fields = line[1:] if line and line[0].isdigit() else line
        fields = fields[1:] if fields and not fields[0] else fields  # "/2//NG/..."
        if fields and _PIECES.fullmatch(fields[0]):
            if item is not None:
                yield item
            item = Item()
            _rate(fields, item)
        elif len(fields) > 1 and _CODE.fullmatch(fields[0]):
            item = item or Item()
            _detail(fields[0], fields[1:], item)
        else:
            (item or around).kept.append(("RTD", "/".join(line)))
    if item is not None:
        yield item


def _rate(fields: tuple[str, ...], item: Item) -> None:
    item.fields["packages"] = fields[0][1:]
    rest = list(fields[1:])
    found = _WEIGHT.fullmatch(rest[0]) if rest else None
    if found:
        item.fields |= {"gross": found[2], "gross.unit": _UNITS[found[1]]}
        rest = rest[1:]
    if rest:
        item.kept.append(("RTD", "/".join(rest)))


def _detail(code: str, fields: tuple[str, ...], item: Item) -> None:
    """Handle a detail of a rate line: NG, NC texts, NH an HS code, NO the origin, NV the volume."""
    text = "/".join(fields)
    volume = _VOLUME.fullmatch(text)
    if code in {"NG", "NC"}:
        item.texts.append(text)
    elif code == "NH" and "hs" not in item.fields:
        item.fields["hs"] = text
    elif code == "NO":
        item.fields["origin"] = fields[0]
        if fields[1:]:
            item.kept.append(("RTD NO", text))
    elif code == "NV" and volume and volume[1] in _CUBES:
        item.fields |= {"volume": volume[2], "volume.unit": _CUBES[volume[1]]}
    else:
        item.kept.append((f"RTD {code}", text))


def _shared(section: Section, item: Item) -> bool:
    """Handle sections common to waybills and houses; return whether it was one."""
    tag = section.tag
    if tag in _PARTIES:
        party = party_of(section, _PARTIES[tag])
        if party is not None:
            item.parties.append(party)
        return party is not None
    if tag == "CVD":
        fields = section.lines[0]
        value = fields[-2] if len(fields) > 3 else ""  # noqa: PLR2004 - for customs
        if _NUMBER.fullmatch(value):
            item.fields |= {"value": value, "currency": fields[0]}
        _keep(section, item)
        return True
    if tag == "FLT":
        flight = section.lines[0][0]
        if _FLIGHT.fullmatch(flight):
            item.fields.setdefault("voyage", flight)
        _keep(section, item)
        return True
    if tag == "OCI":
        _customs(section, item)
        return True
    return False


def _customs(section: Section, item: Item) -> None:
    """Handle customs data (OCI): numbers of parties (T), UN numbers (DNR, D)."""
    country = about = ""
    for line in section.lines:
        fields = (*line, "", "", "", "")
        country, about = fields[0] or country, fields[1] or about
        told = next((p for p in item.parties if p["role"] == _PARTIES.get(about)), None)
        number = _UN.fullmatch(fields[3])
        if about == "DNR" and number and "un" not in item.fields:
            item.fields["un"] = number[1]
        elif fields[2] == "T" and told is not None and told["id"] is None:
            told["id"] = fields[3]
            told["country"] = told["country"] or country or None
        else:
            item.kept.append((f"OCI {about}".strip(), "/".join(line)))


def _keep(section: Section, item: Item) -> None:
    for line in section.lines:
        text = "/".join(line)
        if text:
            item.kept.append((section.tag, text))


def _put_around(
    item: Item, around: Item, route: list[dict[str, str | None]], *, first: bool
) -> None:
    """Add waybill data to a line; unmapped data to the first line only."""
    item.fields["mode"] = "air"
    if "voyage" in around.fields:
        item.fields["voyage"] = around.fields["voyage"]
    if first and "value" in around.fields:
        item.fields |= {k: around.fields[k] for k in ("value", "currency")}
    if first and "un" in around.fields and "un" not in item.fields:
        item.kept.append(("OCI DNR", f"UN{around.fields['un']}"))
    item.parties, item.route = around.parties, route
    item.kept += around.kept if first else []


def _totals(waybill: Waybill | None, around: Item, item: Item) -> None:
    """Add the totals of a waybill to its only line."""
    if "un" in around.fields:
        item.fields["un"] = around.fields["un"]
    if waybill is None:
        return
    item.fields.setdefault("packages", waybill.pieces)
    if "gross" not in item.fields:
        item.fields |= {"gross": waybill.weight, "gross.unit": waybill.unit}
    if waybill.cube in _CUBES and "volume" not in item.fields:
        item.fields |= {"volume": waybill.volume, "volume.unit": _CUBES[waybill.cube]}


def _route(waybill: Waybill | None, sections: Sequence[Section]) -> list[dict[str, str | None]]:
    """Return the places: those of the head, and between them those of RTG except the last."""
    if waybill is None:
        return []
    legs = [field for s in sections if s.tag == "RTG" for line in s.lines for field in line]
    found = [match[1] for match in map(_AIRPORT.fullmatch, legs) if match]
    between = [_stop("transit", code) for code in found[:-1] if code != waybill.destination]
    ends = _stop("loading", waybill.origin), _stop("unlading", waybill.destination)
    return [ends[0], *between, ends[1]]


def _stop(function: str, airport: str) -> dict[str, str | None]:
    return {"function": function, "locode": None, "name": airport, "country": None}


_BEGIN = re.compile(r"(FWB|FHL)/(\d{1,2})")
_FITS = re.compile(rb"(?:\A|\n)(?:FWB/\d{1,2}|FHL/\d)\s*\n")
_PIECE = 1 << 16  # bytes read at a time
_WIDEST = 4096  # bytes of a line; a telegram has 69
_TALLEST = 10_000  # lines of a message
_LONGEST = 200  # characters of a reported value
_NUMBERS = frozenset({"gross", "volume", "value"})


def fits(head: bytes, suffix: str) -> bool:
    """Return whether one of the first lines begins a message."""
    del suffix
    return _FITS.search(head[:2048]) is not None


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the lines of goods in all messages of a file; text before the first is ignored.

    Args:
        file: Content.
        name: Name of the file, for errors.
    """
    del name
    rows = 0
    for kind, number, texts in _messages(file):
        for item in _message(kind, number, texts):
            if isinstance(item, Item):
                rows += 1
                yield _found(item, rows)
            else:
                yield _refusal(item, rows)


def _messages(file: BinaryIO) -> Iterator[tuple[str, int, list[str]]]:
    """Yield each message: its kind, its first line number in the file, and its further lines."""
    kind, number, held = "", 0, list[str]()
    for place, text in enumerate(_texts(file), 1):
        begin = _BEGIN.fullmatch(text)
        if begin is not None:
            if kind:
                yield kind, number, held
            kind, number, held = begin[1], place, []
        elif kind and len(held) < _TALLEST:
            held.append(text)
        elif kind:
            yield kind, number, held
            kind = ""  # outside a message until the next one begins
    if kind:
        yield kind, number, held


def _texts(file: BinaryIO) -> Iterator[str]:
    """Yield the lines of a file; an overlong line is truncated."""
    left = b""
    while data := file.read(_PIECE):
        *lines, left = (left + data).split(b"\n")
        if len(left) > _WIDEST:
            lines, left = [*lines, left], b""
        yield from map(_text, lines)
    if left:
        yield _text(left)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").replace("\0", "").rstrip()


_Bad = tuple[int, str, InputError]
"""Line number in the file, content, and error."""


def _message(kind: str, number: int, texts: list[str]) -> Iterator[Item | _Bad]:
    """Read one message; `number` is its first line number in the file."""
    single = kind == "FWB"
    head, rest = (texts[0], texts[1:]) if single and texts else ("", texts)
    sections, bad = sections_of(rest, number + 1 + single)
    yield from ((row, text, InputError("trade/line-without-section")) for row, text in bad)
    row = number + 1
    if not single:
        master = next((section for section in sections if section.tag == "MBI"), None)
        head, row = ("/".join(master.lines[0]), master.row) if master else ("", number)
    waybill = waybill_of(head)
    yield from _checked(waybill, head, row)
    yield from goods_of_awb(waybill, sections) if single else goods_of_houses(waybill, sections)


def _checked(waybill: Waybill | None, text: str, row: int) -> Iterator[_Bad]:
    if waybill is None:
        yield row, text, InputError("trade/waybill-incomplete")
    elif awb_digit(waybill.number) is False:
        yield row, waybill.number, InputError("trade/waybill-number-wrong")


def _refusal(bad: _Bad, rows: int) -> Refusal:
    row, text, error = bad
    return Refusal.of(error, row=rows, column=f"line {row}", value=text[:_LONGEST])


def _found(item: Item, row: int) -> Found:
    fields = {field: text for field, text in item.fields.items() if text}
    return Found(
        row=row,
        fields=fields,
        parties=tuple(item.parties),
        route=tuple(item.route),
        kept=tuple(item.kept),
        pointed=_NUMBERS.intersection(fields),
    )


CARGO_IMP = Format(
    name="cargo-imp",
    title="IATA Cargo-IMP (FWB, FHL)",
    fits=fits,
    read=read,
    source="telegrams as public programs write them; the IATA manual was not read",
    confirmed=False,
)
"""Air waybills and consolidation lists."""
