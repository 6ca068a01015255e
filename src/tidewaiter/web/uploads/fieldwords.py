"""What the fields of a line are called on pages, and in which groups they are offered."""

from tidewaiter.consignments.readers.inspection import fields
from tidewaiter.report.languages import words


def _(text: str) -> str:
    """Mark a text for the catalogues; it is translated when it is shown."""
    return text


_FIELDS = {
    "consignment": _("consignment"),
    "seq": _("line number"),
    "goods": _("goods"),
    "commercial": _("further description"),
    "hs": _("HS code"),
    "cas": _("CAS number"),
    "cus": _("CUS number"),
    "un": _("UN number"),
    "quantity": _("quantity"),
    "quantity.unit": _("unit of the quantity"),
    "net": _("net weight"),
    "net.unit": _("unit of the net weight"),
    "gross": _("gross weight"),
    "gross.unit": _("unit of the gross weight"),
    "weight.unit": _("unit of the weights"),
    "volume": _("volume"),
    "volume.unit": _("unit of the volume"),
    "percent": _("content in percent"),
    "packages": _("number of packages"),
    "pack": _("kind of packages"),
    "value": _("value"),
    "currency": _("currency"),
    "origin": _("origin of the goods"),
    "lodged": _("day lodged"),
    "departure": _("day of departure"),
    "arrival": _("day of arrival"),
    "release": _("day of release"),
    "procedure": _("procedure"),
    "mode": _("mode of transport"),
    "vessel": _("vessel"),
    "imo": _("IMO number of the vessel"),
    "voyage": _("voyage or flight"),
    "containers": _("containers"),
    "licences": _("licences"),
}
_OWNERS = {
    "origin": _("place of origin"),
    "destination": _("place of destination"),
    "loading": _("place of loading"),
    "unlading": _("place of unlading"),
    "transit": _("place of transit"),
    "exporter": _("exporter"),
    "importer": _("importer"),
    "consignor": _("consignor"),
    "consignee": _("consignee"),
    "notify": _("notify party"),
    "buyer": _("buyer"),
    "seller": _("seller"),
    "declarant": _("declarant"),
}
_PARTS = {
    "name": _("name"),
    "address": _("address"),
    "country": _("country"),
    "id": _("number"),
    "locode": _("UN/LOCODE"),
}
_LISTS = {"parties": _("Parties"), "route": _("Route")}  # of a message, whole

Group = tuple[str, tuple[tuple[str, str], ...]]
"""A heading, and the fields under it with what they are called."""


def called(field: str) -> str:
    """Return what a field is called: "consignee: country"."""
    if field in _FIELDS or field in _LISTS:
        return words(_FIELDS.get(field) or _LISTS[field])
    owner, _dot, part = field.partition(".")
    named = _OWNERS.get(owner.rstrip("23456789"), owner)
    return f"{words(named)}: {words(_PARTS.get(part, part))}"


def groups() -> tuple[Group, ...]:
    """Return all fields as they are offered: those of goods first, then those of each owner."""
    made: dict[str, list[tuple[str, str]]] = {}
    for field in fields():
        owner = field.partition(".")[0]
        heading = _("Goods, amounts, days") if field in _FIELDS else _OWNERS[owner]
        made.setdefault(heading, []).append((field, called(field)))
    return tuple((words(heading), tuple(some)) for heading, some in made.items())
