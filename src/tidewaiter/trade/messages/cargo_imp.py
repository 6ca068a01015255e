"""Goods of telegrams: the rate lines of a waybill, the houses of a consolidation."""

import re
from collections.abc import Iterator, Sequence

from tidewaiter.consignments.messages.cargoimp.parties import party_of
from tidewaiter.consignments.messages.cargoimp.telegrams import Section, Waybill

_PIECES = re.compile(r"P(\d+)")
_WEIGHT = re.compile(r"([KL])([\d.]+)")
_VOLUME = re.compile(r"([A-Z]{2})([\d.]+)")
_PLACES = re.compile(r"([A-Z]{3})([A-Z]{3})")
_AIRPORT = re.compile(r"([A-Z]{3})(?:[A-Z0-9]{2})?")
_FLIGHT = re.compile(r"[A-Z0-9]{2}[0-9]{3,4}[A-Z]?")
_UN = re.compile(r"(?:UN|ID)?\s?(\d{4})")
_CODE = re.compile(r"[NR][A-Z]")  # of a detail of a rate line: NG, NH
_UNITS = {"K": "KGM", "L": "LBR"}
_CUBES = {"MC": "m3", "CC": "cm3"}  # CF, cubic feet, is kept
_PARTIES = {"SHP": "consignor", "CNE": "consignee", "NFY": "notify", "AGT": "forwarder"}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Item:
    """One line of goods while it is put together."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.fields: dict[str, str] = {}
        self.texts: list[str] = []
        self.parties: list[dict[str, str | None]] = []
        self.route: list[dict[str, str | None]] = []
        self.kept: list[tuple[str, str]] = []


def goods_of_awb(waybill: Waybill | None, sections: Sequence[Section]) -> Iterator[Item]:
    """Yield the lines of a waybill: one for each rate line that has pieces.

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
    """Yield the houses of a consolidation, a line each."""
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
    """Begin a house: "HBS/H0001/BOMMEX/10/K250//PHARMA INTERMEDIATE"."""
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
    """Finish a house: its text is the description, or what the list says in short."""
    goods = " ".join(item.texts)
    short = item.fields.pop("commercial", "")
    item.fields["goods"] = goods or short
    if goods:
        item.fields["commercial"] = short
    return item


def _rates(section: Section, around: Item) -> Iterator[Item]:
    """Yield the rate lines of RTD; details hang on the line before them."""
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
    """Take a detail of a rate line: NG, NC texts, NH an HS code, NO the origin, NV the volume."""
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
    """Take what waybills and houses have alike; return whether it was of that kind."""
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
    """Take what customs ask (OCI): numbers of parties (T), UN numbers (DNR, D)."""
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
    """Put what is of the whole waybill to a line; what is only kept, to the first one."""
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
    """Put what is told of a whole waybill to its one line."""
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
    """Return the places: of the head, and between them those of RTG but the last."""
    if waybill is None:
        return []
    legs = [field for s in sections if s.tag == "RTG" for line in s.lines for field in line]
    found = [match[1] for match in map(_AIRPORT.fullmatch, legs) if match]
    between = [_stop("transit", code) for code in found[:-1] if code != waybill.destination]
    ends = _stop("loading", waybill.origin), _stop("unlading", waybill.destination)
    return [ends[0], *between, ends[1]]


def _stop(function: str, airport: str) -> dict[str, str | None]:
    return {"function": function, "locode": None, "name": airport, "country": None}
