"""A line as a page tells it: each fact under its name, as it was written."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from tidewaiter.base.records import Record
from tidewaiter.consignments.modes import mode_of
from tidewaiter.consignments.types import Kept, Line, Party, Stop
from tidewaiter.report.amounts import amount_in_words, quantity_in_words, stated_unit
from tidewaiter.report.languages import marked, words
from tidewaiter.report.routes import stop_in_words

FEW = 30  # values that are told

MOST_KEPT = 200  # fields kept unused that are told
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
    """A fact of the line, as written unless its label says otherwise."""

    label: str
    values: tuple[str, ...]


def details_of(line: Line) -> Iterable[Detail]:
    """Yield the facts of a line that it has."""
    for label, read in _DETAILS.items():
        values = [str(fact) for fact in read(line) if fact is not None and fact != ""]
        if values:
            shown = tuple(values[:FEW])
            more = (f"and {len(values) - FEW:,} more",) if len(values) > FEW else ()
            yield Detail(label=words(label), values=shown + more)


def kept_of(line: Line) -> tuple[Kept, ...]:
    """Return what a line keeps of its document without using it, as many as a page can show."""
    return (line.other or ())[:MOST_KEPT]


def role_in_words(role: str) -> str:
    """Say what a party or a place is to the goods; a title of the papers stays as it is."""
    return words(role) if role in _ROLES else role


def mode_in_words(mode: str | None) -> str:
    """Say how goods are carried: the word, and the code where the papers have one."""
    word = mode_of(mode)
    if word not in _MODES:
        return mode or ""
    return words(word) if word == mode else f"{words(word)} ({mode})"


def _party(party: Party) -> str:
    number = " ".join(part for part in (party.id_scheme, party.id) if part)
    known = (party.name, party.address, party.country, number)
    return f"{role_in_words(party.role or 'party')}: {', '.join(part for part in known if part)}"


def _stop(stop: Stop) -> str:
    role, _, place = stop_in_words(stop).partition(": ")
    return f"{role_in_words(role)}: {place}"


def _value(value: Decimal | None, currency: str | None) -> str:
    return "" if value is None else f"{value.normalize():,f} {currency or ''}".strip()


def _packages(line: Line) -> str:
    count = "" if line.packages is None else f"{line.packages:,}"
    return " × ".join(part for part in (count, line.pack) if part)


_DETAILS: Mapping[str, Callable[[Line], Iterable[object]]] = MappingProxyType(
    {
        marked("Parties"): lambda line: map(_party, line.parties or ()),
        marked("Route"): lambda line: map(_stop, line.route or ()),
        marked("Quantity as written"): lambda line: [quantity_in_words(line)],
        marked("Net mass"): lambda line: [
            amount_in_words(line.net_mg, "kg", stated_unit(line, "net"))
        ],
        marked("Gross mass"): lambda line: [
            amount_in_words(line.gross_mg, "kg", stated_unit(line, "gross"))
        ],
        marked("Volume"): lambda line: [
            amount_in_words(line.volume_ul, "l", stated_unit(line, "volume"))
        ],
        marked("Content in percent"): lambda line: [line.percent],
        marked("Packages"): lambda line: [_packages(line)],
        marked("Value"): lambda line: [_value(line.value, line.currency)],
        marked("Origin"): lambda line: [line.origin],
        marked("Tariff code"): lambda line: [line.hs],
        marked("CAS numbers"): lambda line: line.cas or (),
        marked("CUS number"): lambda line: [line.cus],
        marked("UN number"): lambda line: [line.un],
        marked("Procedure"): lambda line: [line.procedure],
        marked("Mode"): lambda line: [mode_in_words(line.mode)],
        marked("Vessel"): lambda line: [line.vessel],
        marked("IMO number"): lambda line: [line.imo],
        marked("Voyage or flight"): lambda line: [line.voyage],
        marked("Containers"): lambda line: line.containers or (),
        marked("Licences"): lambda line: line.licences or (),
        marked("Lodged"): lambda line: [line.lodged],
        marked("Departure"): lambda line: [line.departure],
        marked("Arrival"): lambda line: [line.arrival],
        marked("Planned release"): lambda line: [line.release],
    }
)
