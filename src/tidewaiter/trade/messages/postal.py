"""Declarations of postal items: the data elements of CN22, CN23 and ITMATT, as JSON.

No official sample was read. The names are from memory, so its lines are marked as unconfirmed.
"""

from collections.abc import Iterator, Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.trade.check_digits import check_postal_number
from tidewaiter.trade.messages.json_documents import (
    Document,
    Node,
    inner,
    joined,
    left_of,
    reader,
    take,
    take_nodes,
)
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.types import Refusal, shorten

_LISTS = ("items", "mailItems", "declarations")
_CONTENTS = ("contents", "contentPieces")
_ADDRESS = ("addressLine1", "addressLine2", "addressLine3", "postcode", "city", "state")
_PEOPLE = (("sender", "consignor"), ("recipient", "consignee"), ("addressee", "consignee"))
_OFFICES = (("origin", "loading"), ("destination", "unlading"))
_POINTED = frozenset(("gross", "net", "value"))
_TELLING = (b'"itemId"', b'"contents"', b'"contentPieces"', b'"handlingClass"', b'"postingDate"')


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file looks like such a declaration."""
    del suffix
    return head.lstrip()[:1] in {b"{", b"["} and sum(key in head for key in _TELLING) > 2  # noqa: PLR2004


def _lines(document: Document) -> Iterator[Found | Refusal]:
    head = document.value
    key = next(filter(head.__contains__, _CONTENTS), _CONTENTS[0])
    pieces = take_nodes(head, key)
    number = take(head, "itemId", "itemIdentifier", "s10")
    if number and (error := check_postal_number(number)):
        yield Refusal.of(error, row=document.row, column="itemId", value=shorten(number))
    fields = {"consignment": number, "lodged": take(head, "postingDate")}
    if len(pieces) == 1:  # otherwise it is the total of all pieces, and unchanged
        fields["gross"] = _kilograms(take(head, "grossWeightKg"))
    parties, route = tuple(_people(head)), tuple(_route(head))
    left = left_of(head)
    for place, piece in enumerate(pieces):
        own = {**fields, **_piece(piece), "seq": str(place + 1)}
        yield Found(
            row=document.row,
            fields={field: text for field, text in own.items() if text},
            parties=parties,
            route=route,
            left=(*left, *left_of(piece, f"{key}[{place}]")),
            pointed=_POINTED,
        )
    if not pieces:
        error = InputError("trade/postal-item-without-content")
        yield Refusal.of(error, row=document.row, column=key, screened=False)


def _piece(piece: Node) -> Mapping[str, str | None]:
    return {
        "goods": take(piece, "description", "detailedDescription"),
        "hs": take(piece, "hsTariffNumber", "hsCode"),
        "quantity": take(piece, "quantity", "numberOfUnits"),
        "net": _kilograms(take(piece, "netWeightKg")),
        "value": take(piece, "declaredValue", "value"),
        "currency": take(piece, "currency"),
        "origin": take(piece, "originCountry", "countryOfOrigin"),
    }


def _kilograms(text: str | None) -> str | None:
    return f"{text} kg" if text else None


def _people(head: Node) -> list[dict[str, str | None]]:
    found = []
    for key, role in _PEOPLE:
        person = inner(head, key)
        if not person:
            continue
        name, address = take(person, "name", "company"), joined(person, *_ADDRESS)
        country = take(person, "country")
        if name or address or country:
            party = {
                "role": role,
                "name": name,
                "address": address,
                "country": country,
                "id_scheme": None,
                "id": None,
            }
            found.append(party)
    return found


def _route(head: Node) -> list[dict[str, str | None]]:
    """Return the offices of exchange: their codes begin with the country."""
    return [
        {"function": function, "locode": None, "name": office, "country": office[:2]}
        for key, function in _OFFICES
        if (office := take(head, key))
    ]


FORMAT = Format(
    name="postal",
    title="Postal declaration, CN22, CN23 or ITMATT (JSON)",
    fits=fits,
    read=reader(_lines, _LISTS),
    source="UPU, data elements of CN23 and ITMATT, remembered: no sample was read",
    confirmed=False,
)
"""Format of this module."""
