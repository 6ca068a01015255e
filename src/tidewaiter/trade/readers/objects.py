"""One JSON object: its lines, flat, with the names of fields in place of its keys."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.consignments.messages.jsontexts import Number, text_of
from tidewaiter.consignments.readers.columns import find_columns
from tidewaiter.consignments.readers.mapping import Mapping as Columns
from tidewaiter.consignments.types import PARTY, STOP

_LINES = ("lines", "items", "goodsitems", "contents", "lineitems", "commodities")
_GOODS = ("goods", "commercial")
_AMOUNTS = frozenset({"value", "gross", "net", "volume", "quantity", "packages"})
_MOST = 5_000_000  # texts of all lines of an object that are said of all of them
_SECOND = "commercial description"
_RECORDS = {
    "parties": tuple(field.name for field in PARTY),
    "route": tuple(field.name for field in STOP),
}
# Keys that only hold others together: the key inside says what it means.
_HOLDERS = (
    "dates",
    "head",
    "header",
    "goods",
    "commodity",
    "transport",
    "weights",
    "weight",
    "codes",
    "measures",
    "line",
    "item",
    "carriage",
    "consignment",
)


class Flat(Record, frozen=True, kw_only=True):
    """One line of an object: its keys with their text, and its lists of records."""

    cells: Mapping[str, str]
    numbers: frozenset[str]  # keys whose text is a number with a point
    parties: tuple[Mapping[str, str | None], ...] | None = None
    route: tuple[Mapping[str, str | None], ...] | None = None


def flatten(doc: Mapping[str, Any]) -> Iterator[Flat]:
    """Flatten an object into its lines; one without a list of lines is one line.

    Raises:
        InputError: Its lines, each with what is said of all of them, would be too much.
        RecursionError: It is nested too deep.
    """
    if not any(isinstance(value, (dict, list)) for value in doc.values()):
        yield _flat(doc, {}, {})
        return
    inner: list[Mapping[str, Any]] = []
    head: dict[str, Any] = {}
    for key, value in doc.items():
        if key.casefold().replace("_", "") in _LINES and _all_objects(value):
            inner.extend(value)
        else:
            head[key] = value
    if len(inner) > 1:
        head = {_of_all(key, len(inner)): value for key, value in head.items()}
    texts = sum(1 for _ in _scalars(head, "")) if len(inner) > 1 else 0
    if texts * len(inner) > _MOST:
        raise InputError(
            f"holds {len(inner)} lines, and {texts} texts that are said of each of them: too much",
            hint="write each line as an object of its own, with what is said of it alone",
        )
    for line in inner or [{}]:
        yield _flat(*_plain(head, line))


def _of_all(key: str, lines: int) -> str:
    """Rename an amount that is said of several lines together: it is that of none of them."""
    amount = any(found.field in _AMOUNTS for found in find_columns(key))
    return f"{key} [{lines} lines]" if amount else key


def _plain(
    head: Mapping[str, Any], line: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Part what a line and its head say: plain keys, parties, route."""
    found = {
        name: _records([*_list(head.get(name)), *_list(line.get(name))], names)
        for name, names in _RECORDS.items()
    }
    plain = {k: v for k, v in {**head, **line}.items() if not found.get(k)}
    for key in head.keys() & line.keys():
        # A line's own word counts, but no description of the whole goes unscreened.
        if head[key] != line[key] and any(f.field in _GOODS for f in find_columns(key)):
            plain[f"{_SECOND} {len(plain)}"] = head[key]
    return plain, {"parties": found["parties"]}, {"route": found["route"]}


def _flat(plain: Mapping[str, Any], parties: Mapping[str, Any], route: Mapping[str, Any]) -> Flat:
    cells: dict[str, str] = {}
    numbers = []
    for name, text, pointed in _scalars(plain, ""):
        key = name if name not in cells else f"{name}#{len(cells)}"
        cells[key] = text
        if pointed:
            numbers.append(key)
    return Flat(
        cells=cells,
        numbers=frozenset(numbers),
        parties=parties.get("parties"),
        route=route.get("route"),
    )


def _list(value: Any) -> list[Any]:
    return value if _all_objects(value) else []


def _all_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _records(
    parts: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> tuple[Mapping[str, str | None], ...] | None:
    return tuple({name: text_of(part.get(name)) for name in names} for part in parts) or None


def _scalars(value: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, bool]]:
    for key, inner in value.items():
        name = f"{path}.{key}" if path and path.casefold() not in _HOLDERS else key
        if isinstance(inner, dict) and not _is_amount(inner):
            yield from _scalars(inner, name)
            continue
        text = text_of(inner)
        if text is not None:
            yield name, text, isinstance(inner, Number) and "." in inner


def _is_amount(value: Mapping[str, Any]) -> bool:
    keys = {key.casefold() for key in value}
    return bool(keys) and keys <= {"value", "amount", "unit", "currency"} and len(keys) > 1


def fields_of(flat: Flat, keys: tuple[str, ...], plan: Columns) -> dict[str, str]:
    """Give a line's text by field.

    Args:
        flat: The line.
        keys: Its keys, in the order in which `plan` numbers them.
        plan: Which of them means what.
    """
    cells, found = flat.cells, {}
    for field, places in plan.places.items():
        if len(places) == 1 or field == "consignment":
            found[field] = cells[keys[places[0]]]
        else:
            found[field] = " ".join(cells[keys[place]] for place in places)
    for field, unit in plan.units.items():
        if f"{field}.unit" not in found and not any(c.isalpha() for c in found[field]):
            found[field] = f"{found[field]} {unit}"
    if plan.currency:
        found.setdefault("currency", plan.currency)
    return found
