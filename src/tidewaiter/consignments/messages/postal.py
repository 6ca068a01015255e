"""Declarations of postal items: the data elements of CN22, CN23 and ITMATT, as JSON.

No official sample was read. The names are remembered, so this format must be asked for.
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from tidewaiter.consignments.messages.documents import Document, documents, objects_in, refused
from tidewaiter.consignments.messages.leaves import Leaves, under
from tidewaiter.consignments.messages.s10 import problem_of
from tidewaiter.consignments.messages.types import Format, Found
from tidewaiter.consignments.types import Refusal

_LISTS = ("items", "mailItems", "declarations")
_CONTENTS = ("contents", "contentPieces")
_ADDRESS = ("addressLine1", "addressLine2", "addressLine3", "postcode", "city", "state")
_PEOPLE = (("sender", "consignor"), ("recipient", "consignee"), ("addressee", "consignee"))
_TELLING = (b'"itemId"', b'"contents"', b'"contentPieces"', b'"handlingClass"', b'"postingDate"')


def fits(head: bytes, suffix: str) -> bool:
    """Tell whether a file looks like such a declaration."""
    del suffix
    return head.lstrip()[:1] in {b"{", b"["} and sum(key in head for key in _TELLING) > 2  # noqa: PLR2004


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the content pieces of the items of a file."""
    for document in documents(file, name, _LISTS):
        if isinstance(document, Refusal):
            yield document
        else:
            yield from _lines(document)


def _lines(document: Document) -> Iterator[Found | Refusal]:
    key = next((each for each in _CONTENTS if each in document.value), _CONTENTS[0])
    pieces = objects_in(document.value.get(key))
    head = Leaves(document.value, without=key)
    number = head.take("itemId", "itemIdentifier", "s10")
    if number and (problem := problem_of(number)):
        hint = "compare it with the label"
        yield refused(document.row, "itemId", number, f"the number {problem}", hint)
    fields = {"consignment": number, "lodged": head.take("postingDate")}
    if len(pieces) == 1:  # else it is that of all pieces together, and stays as it is written
        fields["gross"] = _kilograms(head.take("grossWeightKg"))
    parties, route = tuple(_people(head)), tuple(_route(head))
    kept = tuple(head.rest())
    for place, piece in enumerate(pieces):
        leaves = Leaves(piece, f"{key}[{place}]")
        own = {**fields, **_piece(leaves), "seq": str(place + 1)}
        yield Found(
            row=document.row,
            fields={field: text for field, text in own.items() if text},
            parties=parties,
            route=route,
            kept=(*kept, *leaves.rest()),
            pointed=frozenset(("gross", "net", "value")),
        )
    if not pieces:
        hint = "look whether it is whole"
        yield refused(
            document.row, key, "", "the item declares no content", hint, screened=False
        )  # fmt: skip


def _piece(leaves: Leaves) -> Mapping[str, str | None]:
    return {
        "goods": leaves.take("description", "detailedDescription"),
        "hs": leaves.take("hsTariffNumber", "hsCode"),
        "quantity": leaves.take("quantity", "numberOfUnits"),
        "net": _kilograms(leaves.take("netWeightKg")),
        "value": leaves.take("declaredValue", "value"),
        "currency": leaves.take("currency"),
        "origin": leaves.take("originCountry", "countryOfOrigin"),
    }


def _kilograms(text: str | None) -> str | None:
    return f"{text} kg" if text else None


def _people(head: Leaves) -> Iterator[dict[str, Any]]:
    for key, role in _PEOPLE:
        party = {
            "name": head.take(*under(key, "name", "company")),
            "address": head.joined(*under(key, *_ADDRESS)),
            "country": head.take(*under(key, "country")),
        }
        if any(party.values()):
            yield {"role": role, "id_scheme": None, "id": None, **party}


def _route(head: Leaves) -> Iterator[dict[str, str | None]]:
    """Read the offices of exchange: their codes begin with the country."""
    for key, function in (("origin", "loading"), ("destination", "unlading")):
        office = head.take(key)
        if office:
            yield {"function": function, "locode": None, "name": office, "country": office[:2]}


FORMAT = Format(
    name="postal",
    title="Postal declaration, CN22, CN23 or ITMATT (JSON)",
    fits=fits,
    read=read,
    source="UPU, data elements of CN23 and ITMATT, remembered: no sample was read",
    confirmed=False,
)
"""The format."""
