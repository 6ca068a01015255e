"""Electronic bills of lading, and shipping instructions, in the JSON of DCSA (version 3)."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from tidewaiter.consignments.messages.documents import Document, documents, first_of, objects_in
from tidewaiter.consignments.messages.leaves import Leaves, under
from tidewaiter.consignments.messages.types import Format, Found
from tidewaiter.consignments.types import Refusal

_TELLING = (
    b'"transportDocumentReference"', b'"shippingInstructionsReference"', b'"consignmentItems"',
    b'"transportDocumentTypeCode"',
)  # fmt: skip
_INSIDE = ("transportDocument", "amendedTransportDocument", "shippingInstructions")
_ROLES = (
    ("shipper", "consignor"), ("onBehalfOfShipper", "consignor"), ("consignee", "consignee"),
    ("onBehalfOfConsignee", "consignee"), ("endorsee", "consignee"), ("seller", "seller"),
    ("buyer", "buyer"),
)  # fmt: skip
_PLACES = (
    ("placeOfReceipt", "origin"), ("portOfLoading", "loading"), ("portOfDischarge", "unlading"),
    ("placeOfDelivery", "destination"),
)  # fmt: skip
_ADDRESS = ("street", "streetNumber", "floor", "POBox", "postCode", "city", "stateRegion")
_AMOUNTS = (
    ("gross", "cargoGrossWeight"), ("net", "cargoNetWeight"), ("volume", "cargoGrossVolume"),
)  # fmt: skip
_UNITS = {"MTQ": "m3", "FTQ": "ft3"}  # as our units are called


def fits(head: bytes, suffix: str) -> bool:
    """Tell whether a file is such a document."""
    del suffix
    return head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"["} and any(
        name in head for name in _TELLING
    )


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the lines of the documents of a file: one for each cargo item."""
    for document in documents(file, name):
        if isinstance(document, Refusal):
            yield document
        else:
            yield from _lines(document)


def _lines(document: Document) -> Iterator[Found | Refusal]:
    whole = _bare(document.value)
    head = Leaves(whole, without="consignmentItems")
    fields = _head(head)
    parties, route = tuple(_parties(head, whole)), tuple(_route(head))
    kept = tuple(head.rest())
    seq = 0
    for place, item in enumerate(objects_in(whole.get("consignmentItems"))):
        path = f"consignmentItems[{place}]"
        goods = Leaves(item, path, without="cargoItems")
        shared, refusals = _goods(goods, document.row, path)
        yield from refusals
        cargo = objects_in(item.get("cargoItems")) or [{}]
        for number, each in enumerate(cargo):
            leaves = Leaves(each, f"{path}.cargoItems[{number}]")
            own, wrong = _cargo(leaves, document.row, f"{path}.cargoItems[{number}]")
            yield from wrong
            seq += 1
            known = (part.get("licences") for part in (fields, shared, own))
            licences = "; ".join(filter(None, known))
            yield Found(
                row=document.row,
                fields={**fields, **shared, **own, "licences": licences, "seq": str(seq)},
                parties=parties,
                route=route,
                kept=(*kept, *goods.rest(), *leaves.rest()),
                pointed=frozenset(("gross", "net", "volume", "value")),
            )
    if seq == 0:
        yield Refusal(
            row=document.row, column="consignmentItems", value="",
            problem="the document has no item of goods", hint="look whether it is whole",
            screened=False,
        )  # fmt: skip


def _bare(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take a document out of the notification that brings it."""
    for holder in (value, value.get("data")):
        for key in _INSIDE:
            inner = holder.get(key) if isinstance(holder, dict) else None
            if isinstance(inner, dict):
                return inner
    return value


def _head(head: Leaves) -> dict[str, str]:
    named = {
        "consignment": head.take("transportDocumentReference", "shippingInstructionsReference"),
        "lodged": head.take("issueDate"),
        "departure": head.take("transports.plannedDepartureDate", "shippedOnBoardDate"),
        "arrival": head.take("transports.plannedArrivalDate"),
        "licences": head.joined("exportLicense.reference", "importLicense.reference", mark="; "),
    }
    return {field: text for field, text in named.items() if text}


def _goods(goods: Leaves, row: int, path: str) -> tuple[dict[str, str], list[Refusal]]:
    codes = goods.all("HSCodes", "extendedHSCodes")
    hs, refusals = first_of(codes, row, f"{path}.HSCodes", "HS code")
    fields = {
        "goods": goods.joined("descriptionOfGoods", mark=" "),
        "hs": hs,
        "licences": goods.joined("exportLicense.reference", "importLicense.reference", mark="; "),
        "cus": _cus(goods),
    }
    return {field: text for field, text in fields.items() if text}, refusals


def _cus(leaves: Leaves) -> str | None:
    """Find the CUS number among the national codes of goods."""
    for group in ("nationalCommodityCodes", "extendedNationalCommodityCodes"):
        for number in range(len(leaves.peek(f"{group}.type"))):
            if leaves.text(f"{group}[{number}].type") == "CUS":
                return leaves.take(f"{group}[{number}].values[0]", f"{group}[{number}].value")
    return None


def _cargo(cargo: Leaves, row: int, path: str) -> tuple[dict[str, str], list[Refusal]]:
    packed = "outerPackaging"
    goods = f"{packed}.dangerousGoods"
    un, refusals = first_of(cargo.all(f"{goods}.UNNumber"), row, f"{path}.{goods}", "UN number")
    fields = {
        "containers": cargo.take("equipmentReference"),
        "packages": cargo.take(f"{packed}.numberOfPackages"),
        "pack": cargo.take(f"{packed}.description", f"{packed}.packageCode"),
        "un": un,
        "commercial": cargo.joined(
            f"{goods}.properShippingName", f"{goods}.technicalName", mark="; "
        ),
        "licences": cargo.joined("exportLicense.reference", "importLicense.reference", mark="; "),
        "cus": _cus(cargo),
    }
    for field, key in _AMOUNTS:
        value, unit = cargo.take(f"{key}.value"), cargo.take(f"{key}.unit")
        if value:
            fields[field] = f"{value} {_UNITS.get(unit or '', unit or '')}".strip()
    return {field: text for field, text in fields.items() if text}, refusals


def _parties(head: Leaves, whole: Mapping[str, Any]) -> Iterator[Mapping[str, str | None]]:
    at = "documentParties"
    held = whole.get(at)
    parties = held if isinstance(held, dict) else {}
    for key, role in _ROLES:
        if isinstance(parties.get(key), dict):
            yield _party(head, f"{at}.{key}", role)
    for number in range(len(objects_in(parties.get("notifyParties")))):
        yield _party(head, f"{at}.notifyParties[{number}]", "notify")


def _party(head: Leaves, at: str, role: str) -> Mapping[str, str | None]:
    built = head.joined(*under(f"{at}.address", *_ADDRESS))
    address = built or head.joined(f"{at}.displayedAddress") or head.joined(f"{at}.addressLines")
    code = f"{at}.identifyingCodes[0]"
    tax = f"{at}.taxLegalReferences[0]"
    by_tax = head.text(f"{tax}.value") is not None
    number = head.take(f"{tax}.value" if by_tax else f"{code}.partyCode")
    scheme = head.take(f"{tax}.type" if by_tax else f"{code}.codeListName")
    return {
        "role": role,
        "name": head.take(f"{at}.partyName"),
        "address": address,
        "country": head.take(f"{at}.address.countryCode"),
        "id_scheme": scheme,
        "id": number,
    }


def _route(head: Leaves) -> Iterator[Mapping[str, str | None]]:
    for key, function in _PLACES:
        at = f"transports.{key}"
        stop = {
            "locode": head.take(f"{at}.UNLocationCode"),
            "name": head.take(f"{at}.locationName", f"{at}.city.city", f"{at}.address.city"),
            "country": head.take(f"{at}.city.countryCode", f"{at}.address.countryCode"),
        }
        if any(stop.values()):
            yield {"function": function, **stop}


FORMAT = Format(
    name="dcsa",
    title="DCSA bill of lading (JSON)",
    fits=fits,
    read=read,
    source="DCSA, Bill of Lading 3.0.4, github.com/dcsaorg/DCSA-OpenAPI",
)
"""The format."""
