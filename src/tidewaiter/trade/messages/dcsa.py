"""Electronic bills of lading, and shipping instructions, in the JSON of DCSA (version 3)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import count

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.messages.json_documents import (
    Document,
    Node,
    first_of,
    inner,
    joined,
    left_of,
    nodes_of,
    only_one,
    peek,
    reader,
    take,
    take_all,
    take_nodes,
    unwrap,
)
from tidewaiter.trade.messages.types import Format, Found, Left
from tidewaiter.trade.types import Refusal

_TELLING = (
    b'"transportDocumentReference"',
    b'"shippingInstructionsReference"',
    b'"consignmentItems"',
    b'"transportDocumentTypeCode"',
    b'"arrivalNotices"',
)
_INSIDE = ("transportDocument", "amendedTransportDocument", "shippingInstructions", "document")
_NOTICES = ("arrivalNotices",)
_HOUSES = "houseBillOfLadings"
_ROLES = (
    ("shipper", "consignor"),
    ("onBehalfOfShipper", "consignor"),
    ("consignee", "consignee"),
    ("onBehalfOfConsignee", "consignee"),
    ("endorsee", "consignee"),
    ("seller", "seller"),
    ("buyer", "buyer"),
    ("notifyParty", "notify"),
)
# Data element 3035 of UN/EDIFACT, used for parties in arrival notices and bookings.
_FUNCTIONS = {
    "OS": "consignor",
    "CN": "consignee",
    "END": "consignee",
    "N1": "notify",
    "N2": "notify",
    "NI": "notify",
    "DDS": "consignor",
    "DDR": "consignee",
    "SE": "seller",
    "BY": "buyer",
}
_PLACES = (
    ("placeOfReceipt", "origin"),
    ("portOfLoading", "loading"),
    ("portOfDischarge", "unlading"),
    ("placeOfDelivery", "destination"),
)
_HOUSE_PLACES = (("placeOfAcceptance", "origin"), ("placeOfFinalDelivery", "destination"))
_ADDRESS = ("street", "streetNumber", "floor", "POBox", "postCode", "city", "stateRegion")
_AMOUNTS = (
    ("gross", "cargoGrossWeight"),
    ("net", "cargoNetWeight"),
    ("volume", "cargoGrossVolume"),
)
_LICENCES = ("exportLicense", "importLicense")
_CODES = ("nationalCommodityCodes", "extendedNationalCommodityCodes")
_NAMES = ("properShippingName", "technicalName")
_POINTED = frozenset(("gross", "net", "volume", "value"))
_UNITS = {"MTQ": "m3", "FTQ": "ft3"}  # names of our units


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file is such a document."""
    del suffix
    return head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"["} and any(
        name in head for name in _TELLING
    )


class _Bill(Record, frozen=True, kw_only=True):
    """Data shared by all goods of a bill: the master bill, or a house bill in it."""

    row: int  # number of the document
    path: str  # path of the bill in the document: "" or "houseBillOfLadings[0]."
    fields: Mapping[str, str]
    parties: tuple[Mapping[str, str | None], ...]
    route: tuple[Mapping[str, str | None], ...]
    left: tuple[Left, ...]


def _lines(document: Document) -> Iterator[Found | Refusal]:
    whole, around = _unwrapped(document.value)
    items = take_nodes(whole, "consignmentItems")
    houses = [(each, take_nodes(each, "consignmentItems")) for each in take_nodes(whole, _HOUSES)]
    master = _Bill(
        row=document.row,
        path="",
        fields=_head(whole),
        parties=tuple(_parties(whole)),
        route=tuple(_route(inner(whole, "transports") or inner(whole, "transport"), _PLACES)),
        left=(*around, *left_of(whole)),
    )
    if not items and not any(goods for _, goods in houses):
        yield _no_goods(document.row, "", InputError("trade/document-without-goods"))
        return
    numbers: defaultdict[str, Iterator[int]] = defaultdict(partial(count, 1))
    yield from _goods_of(items, master, numbers)
    beside = () if items else master.left  # of a bill without goods: with the first house bill
    for place, (house, goods) in enumerate(houses):
        bill = _house(house, place, master)
        if not goods:
            error = InputError("trade/house-bill-without-goods")
            yield _no_goods(document.row, bill.path, error)
            continue
        yield from _goods_of(goods, structs.replace(bill, left=(*beside, *bill.left)), numbers)
        beside = ()


def _no_goods(row: int, path: str, error: InputError) -> Refusal:
    return Refusal.of(error, row=row, column=f"{path}consignmentItems", screened=False)


def _house(house: Node, place: int, master: _Bill) -> _Bill:
    """Read a house bill; missing data is taken from the master bill."""
    number = take(house, "houseBillOfLadingReference")
    parties = tuple(_parties(house))
    roles = {each["role"] for each in parties}
    route = tuple(_route(house, _HOUSE_PLACES))
    functions = {each["function"] for each in route}
    path = f"{_HOUSES}[{place}]"
    return _Bill(
        row=master.row,
        path=f"{path}.",
        fields={**master.fields, **({"consignment": number} if number else {})},
        parties=(*parties, *(each for each in master.parties if each["role"] not in roles)),
        route=(*route, *(each for each in master.route if each["function"] not in functions)),
        left=left_of(house, path),  # that of the master bill is reported with its own goods
    )


def _goods_of(
    items: Sequence[Node], bill: _Bill, numbers: Mapping[str, Iterator[int]]
) -> Iterator[Found | Refusal]:
    """Yield the lines of a bill; lines of bills with the same number are numbered consecutively."""
    numbered = numbers[bill.fields.get("consignment", "")]
    for place, item in enumerate(items):
        path = f"{bill.path}consignmentItems[{place}]"
        cargo = take_nodes(item, "cargoItems") or [{}]
        shared, refusals = _goods(item, bill.row, path)
        yield from refusals
        common = (*bill.left, *left_of(item, path))
        for number, each in enumerate(cargo):
            at = f"{path}.cargoItems[{number}]"
            own, wrong = _cargo(each, bill.row, at)
            yield from wrong
            known = (part.get("licences") for part in (bill.fields, shared, own))
            licences = "; ".join(filter(None, known))
            yield Found(
                row=bill.row,
                fields={
                    **bill.fields,
                    **shared,
                    **own,
                    "licences": licences,
                    "seq": str(next(numbered)),
                },
                parties=bill.parties,
                route=bill.route,
                left=(*common, *left_of(each, at)),
                pointed=_POINTED,
            )


def _unwrapped(value: Node) -> tuple[Node, tuple[Left, ...]]:
    """Extract a document from the notification that contains it."""
    found, around = unwrap(value, *_INSIDE)
    if found is value and (data := inner(value, "data")):
        found, _ = unwrap(data, *_INSIDE)
        return (value, ()) if found is data else (found, left_of(value))
    return found, around


def _head(head: Node) -> dict[str, str]:
    transports = inner(head, "transports")
    ship = first_of(transports, "vesselVoyages")
    named = {
        "consignment": take(head, "transportDocumentReference", "shippingInstructionsReference"),
        "lodged": take(head, "issueDate"),
        "departure": take(transports, "plannedDepartureDate") or take(head, "shippedOnBoardDate"),
        "arrival": take(transports, "plannedArrivalDate"),
        "vessel": take(ship, "vesselName"),
        "imo": take(ship, "vesselIMONumber"),
        "voyage": take(ship, "carrierExportVoyageNumber", "universalExportVoyageReference"),
        "licences": _licences(head),
    }
    return {field: text for field, text in named.items() if text}


def _licences(node: Node) -> str | None:
    found = [
        text
        for key in _LICENCES
        if key in node
        for licence in nodes_of(node[key])
        for text in take_all(licence, "reference")
    ]
    return "; ".join(found) or None


def _goods(goods: Node, row: int, path: str) -> tuple[dict[str, str], list[Refusal]]:
    codes = take_all(goods, "HSCodes", "extendedHSCodes")
    hs, refusals = only_one(codes, row, f"{path}.HSCodes")
    fields = {
        "goods": joined(goods, "descriptionOfGoods", mark=" "),
        "hs": hs,
        "licences": _licences(goods),
        "cus": _cus(goods),
    }
    return {field: text for field, text in fields.items() if text}, refusals


def _cus(node: Node) -> str | None:
    """Find the CUS number among the national codes of goods."""
    for group in _CODES:
        for code in nodes_of(node[group]) if group in node else ():
            if peek(code, "type") == "CUS":
                return joined(code, "values", mark="; ") or take(code, "value")
    return None


def _cargo(cargo: Node, row: int, path: str) -> tuple[dict[str, str], list[Refusal]]:
    every = nodes_of(cargo.get("outerPackaging"))
    packed = every[0] if every else {}
    goods = [each for one in every for each in nodes_of(one.get("dangerousGoods"))]
    numbers = [number for each in goods for number in take_all(each, "UNNumber")]
    at = f"{path}.outerPackaging.dangerousGoods"
    un, refusals = only_one(numbers, row, at)
    names = [text for key in _NAMES for each in goods for text in take_all(each, key)]
    fields = {
        "containers": take(cargo, "equipmentReference"),
        "packages": take(packed, "numberOfPackages"),
        "pack": take(packed, "description", "packageCode"),
        "un": un,
        "commercial": "; ".join(names),
        "licences": _licences(cargo),
        "cus": _cus(cargo),
    }
    for field, key in _AMOUNTS:
        amount = inner(cargo, key)
        if value := take(amount, "value"):
            unit = take(amount, "unit") or ""
            fields[field] = f"{value} {_UNITS.get(unit, unit)}".strip()
    return {field: text for field, text in fields.items() if text}, refusals


def _parties(bill: Node) -> Iterator[Mapping[str, str | None]]:
    for party in nodes_of(bill.get("documentParties")):
        if role := _FUNCTIONS.get(peek(party, "partyFunction") or ""):
            yield _party(party, role)
    held = inner(bill, "documentParties")
    for key, role in _ROLES:
        if key in held and (party := inner(held, key)):
            yield _party(party, role)
    for party in nodes_of(held.get("notifyParties")):
        yield _party(party, "notify")


def _party(party: Node, role: str) -> Mapping[str, str | None]:
    place = inner(party, "address")
    address = joined(place, *_ADDRESS) or joined(party, "displayedAddress", "addressLines")
    number, scheme = _number(first_of(party, "taxLegalReferences"), "value", "type")
    if number is None:
        number, scheme = _number(first_of(party, "identifyingCodes"), "partyCode", "codeListName")
    return {
        "role": role,
        "name": take(party, "partyName"),
        "address": address,
        "country": take(place, "countryCode"),
        "id_scheme": scheme,
        "id": number,
    }


def _number(node: Node, number: str, scheme: str) -> tuple[str | None, str | None]:
    return (take(node, number), take(node, scheme)) if node else (None, None)


def _route(
    transports: Node, places: Sequence[tuple[str, str]]
) -> Iterator[Mapping[str, str | None]]:
    for key, function in places:
        place = inner(transports, key)
        if not place:
            continue
        city, address = inner(place, "city"), inner(place, "address")
        stop = {
            "locode": take(place, "UNLocationCode"),
            "name": take(place, "locationName") or take(city, "city") or take(address, "city"),
            "country": take(city, "countryCode")
            or take(address, "countryCode")
            or take(place, "countryCode"),
        }
        if any(stop.values()):
            yield {"function": function, **stop}


FORMAT = Format(
    name="dcsa",
    title="DCSA bill of lading (JSON)",
    fits=fits,
    read=reader(_lines, _NOTICES),
    source="DCSA, Bill of Lading 3.0.4, github.com/dcsaorg/DCSA-OpenAPI",
)
"""Format of this module."""
