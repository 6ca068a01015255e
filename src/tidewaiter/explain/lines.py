"""Text for a consignment line: original values, amounts and route."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.quantities import find_unit
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import counted, figure, marked, number, words
from tidewaiter.trade.line_fields import SHOWN, Group, key_of
from tidewaiter.trade.transport_modes import mode_of
from tidewaiter.trade.types import FIELDS, LISTS, Holding, Kept, Line, Party, Stop, fields_in

_UNNAMED = re.compile(r"row (\d+)")  # stands for a consignment without a number
_PLACES = 9  # decimal places to try when undoing the rounding of a unit conversion


def consignment_in_words(name: str, seq: int | None = None) -> str:
    """Return the name of a consignment; one without a number is named by its row, as no number.

    Args:
        name: Number of the consignment, or "row N".
        seq: Number of its line; None: all of it is meant.
    """
    unnamed = _UNNAMED.fullmatch(name)
    if unnamed is not None:
        return words("row {row}, no number").format(row=number(int(unnamed[1])))
    return name if seq is None else f"{name}/{seq}"


def stated_unit(line: Line, field: str) -> str | None:
    """Return the unit that the user set for a field of a line; None: the file states it."""
    for entry in line.stated or ():
        name, _, unit = entry.partition(": ")
        if name == field:
            return unit
    return None


def litres_or_kilograms(millionths: int | None) -> Decimal | None:
    """Convert milligrams to kilograms, or microlitres to litres, exactly."""
    return None if millionths is None else Decimal(millionths).scaleb(-6).normalize() + 0


def amount_in_words(millionths: int | None, shown: str, unit: str | None) -> str:
    """Format an amount for display.

    Args:
        millionths: Milligrams or microlitres; None: not known.
        shown: "kg" or "l".
        unit: Unit set by the user; None: the file states the unit.

    Returns:
        Like "25 kg"; "24.94758 kg (55 lb in the document; ...)" if the user set the unit;
        "" if not known.
    """
    amount = litres_or_kilograms(millionths)
    if amount is None or millionths is None:
        return ""
    text = f"{figure(f'{amount:,f}')} {shown}"
    if unit is None:
        return text
    known = find_unit(unit)
    if known is None or not known.size or known.code == shown:
        said = words("{amount} (the unit was set for the file, not read from it)")
        return said.format(amount=text)
    paper = f"{figure(f'{_undone(millionths, known.size):,f}')} {unit}"
    said = words(
        "{amount} ({written} in the document; the unit was set for the file, not read from it)"
    )
    return said.format(amount=text, written=paper)


def quantity_in_words(line: Line) -> str:
    """Return the quantity as written, with the unit set by the user."""
    unit = stated_unit(line, "quantity")
    if line.quantity is None or unit is None:
        return line.quantity or ""
    said = words("{written} ({unit}: the unit was set for the file, not read from it)")
    return said.format(written=line.quantity, unit=unit)


def _undone(millionths: int, size: Decimal) -> Decimal:
    """Return the shortest decimal amount that converts to this number of millionths."""
    exact = Decimal(millionths) / size
    for places in range(_PLACES):
        short = round(exact, places)
        if round(short * size) == millionths:
            return short.normalize() + 0
    return round(exact, _PLACES).normalize() + 0


UNKNOWN = marked("not given")


def origin(line: Line) -> str:
    """Return the country of origin or else of loading, as written, or `UNKNOWN`."""
    return line.origin or _country(line.route, ("origin", "loading"))


def destination(line: Line) -> str:
    """Return the country of destination or else of unlading, as written, or `UNKNOWN`."""
    return _country(line.route, ("destination", "unlading"))


def stop_in_words(stop: Stop) -> str:
    """Return a stop in words: "loading: Shanghai (CNSHA), CN"."""
    code = f"({stop.locode})" if stop.locode and stop.name else stop.locode
    place = " ".join(part for part in (stop.name, code) if part)
    where = ", ".join(part for part in (place, stop.country) if part)
    return f"{role_in_words(stop.function or 'place')}: {where or words(UNKNOWN)}"


def met(held: Holding) -> Phrase:
    """Return the effect of a control on the route: "export, controlled"."""
    return Phrase("met/roles", directions=held.role.split(", "), state=held.answer)


def _country(route: tuple[Stop, ...] | None, functions: tuple[str, ...]) -> str:
    """Return the country of the first stop that has one, in the order of `functions`."""
    stops = [s for f in functions for s in route or () if s.function == f]
    return next((stop.country for stop in stops if stop.country), UNKNOWN)


FEW = 30  # maximum number of values to show

MOST_KEPT = 200  # maximum number of unused fields to show
_ROLES = frozenset(
    {
        marked("exporter"),
        marked("importer"),
        marked("consignor"),
        marked("consignee"),
        marked("notify"),
        marked("buyer"),
        marked("seller"),
        marked("declarant"),
        marked("sender"),
        marked("carrier"),
        marked("forwarder"),
        marked("broker"),
        marked("other"),
        marked("party"),
        marked("vessel"),
        marked("origin"),
        marked("loading"),
        marked("transit"),
        marked("unlading"),
        marked("destination"),
        marked("place"),
    }
)
_MODES = frozenset(
    {
        marked("sea"),
        marked("rail"),
        marked("road"),
        marked("air"),
        marked("mail"),
        marked("multimodal"),
        marked("fixed installation"),
        marked("inland water"),
    }
)


class Detail(Record, frozen=True, kw_only=True):
    """A labelled value of the line, as written unless the label says otherwise."""

    label: str
    values: tuple[str, ...]


def details_of(line: Line, *, goods: bool = False) -> Iterator[Detail]:
    """Yield the facts of a line that are present.

    Args:
        line: The line.
        goods: Whether to start with the descriptions of the goods.
    """
    for name in fields_in("goods", *_SHOWN) if goods else fields_in(*_SHOWN):
        label = FIELDS[name].label
        values = [str(fact) for fact in _facts(line, name) if fact is not None and fact != ""]
        if label and values:
            shown = tuple(values[:FEW])
            more = (more_in_words(len(values) - FEW),) if len(values) > FEW else ()
            yield Detail(label=capitalised(words(label)), values=shown + more)


def more_in_words(count: int) -> str:
    """Return how many are not shown."""
    return counted("and {count} more", "and {count} more", count).format(count=number(count))


def capitalised(label: str) -> str:
    """Capitalise a label that is shown on its own."""
    return label[:1].upper() + label[1:]


def _facts(line: Line, name: str) -> Iterable[object]:
    if name in _OWN:
        return _OWN[name](line)
    value, kind = getattr(line, name), FIELDS[name].kind
    if kind in SHOWN:
        return [amount_in_words(value, SHOWN[kind], stated_unit(line, key_of(name)))]
    return value or () if name in LISTS else [value]


def kept_of(line: Line) -> tuple[Kept, ...]:
    """Return the unused fields of the document that a line carries, up to the page's maximum."""
    return (line.other or ())[:MOST_KEPT]


def role_in_words(role: str) -> str:
    """Return the role of a party or place; a title from the document is left unchanged."""
    return words(role) if role in _ROLES else role


def mode_in_words(mode: str | None) -> str:
    """Return the mode of transport: its name, and the code if the document has one."""
    word = mode_of(mode)
    if word not in _MODES:
        return mode or ""
    return words(word) if word == mode else f"{words(word)} ({mode})"


def party_in_words(party: Party) -> str:
    """Return a party in words: "consignee: Example Ltd, 1 Quay Road, GB"."""
    register = " ".join(part for part in (party.id_scheme, party.id) if part)
    known = (party.name, party.address, party.country, register)
    return f"{role_in_words(party.role or 'party')}: {', '.join(part for part in known if part)}"


def value_in_words(value: Decimal | None, currency: str | None) -> str:
    """Return an amount of money; "": there is none."""
    return "" if value is None else f"{figure(f'{value.normalize():,f}')} {currency or ''}".strip()


def _packages(line: Line) -> str:
    count = "" if line.packages is None else number(line.packages)
    return " × ".join(part for part in (count, line.pack) if part)


_SHOWN: tuple[Group, ...] = (
    "parties",
    "quantity",
    "measures",
    "worth",
    "codes",
    "transport",
    "papers",
    "days",
)
_OWN: Mapping[str, Callable[[Line], Iterable[object]]] = MappingProxyType(
    {
        "parties": lambda line: map(party_in_words, line.parties or ()),
        "route": lambda line: map(stop_in_words, line.route or ()),
        "quantity": lambda line: [quantity_in_words(line)],
        "packages": lambda line: [_packages(line)],
        "pack": lambda _: (),  # shown together with the number of packages
        "value": lambda line: [value_in_words(line.value, line.currency)],
        "currency": lambda _: (),
        "mode": lambda line: [mode_in_words(line.mode)],
    }
)
"""Fields with their own formatting."""
