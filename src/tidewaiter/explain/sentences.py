"""An alert as one sentence: the amount, the substances, the route, and who sends to whom."""

from collections.abc import Iterator

from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import as_line
from tidewaiter.explain.languages import figure, numbered, words
from tidewaiter.explain.lines import litres_or_kilograms, quantity_in_words
from tidewaiter.explain.matches import done_phrase
from tidewaiter.explain.official_names import substance_name
from tidewaiter.explain.phrases import say
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.traders import RECEIVERS, SENDERS, first_named
from tidewaiter.trade.types import Alert, Line, PartyMatch

_SUBSTANCES = 2  # named; the others are counted
_GOODS = 80  # characters of the goods text where no substance is named
_NAME = 60  # characters of a party's name
_EDGES = " ,;"  # of a name, left over from an address
_ARROW = " → "
_FIRST, _FURTHER = ", ", "; "  # before the first party, and before one that is not on the way


class NamedParty(Record, frozen=True, kw_only=True):
    """A party of the sentence."""

    link: str  # what stands before it: an arrow before the receiver
    name: str  # as written
    action: str  # of that list, like "blocked"; "": no list entry resembles it
    listed: str  # like "possible match: assets blocked, OFAC SDN List"; "": the same


class AlertSentence(Record, frozen=True, kw_only=True):
    """The parts of the sentence; "" or () if the document does not say."""

    amount: str
    what: str  # the substances, or the goods as written
    route: str
    parties: tuple[NamedParty, ...]  # sender, receiver, then other listed ones

    @property
    def text(self) -> str:
        """The sentence as one line of text."""
        goods = f"{self.amount} {self.what}".strip()
        names = [
            f"{party.link}{party.name} ({party.listed})"
            if party.listed
            else f"{party.link}{party.name}"
            for party in self.parties
        ]
        start = ", ".join(part for part in (goods, self.route) if part)
        return f"{start}{''.join(names)}".removeprefix(_FIRST)

    @property
    def names(self) -> str:
        """The names of the parties alone."""
        return "".join(f"{party.link}{party.name}" for party in self.parties).removeprefix(_FIRST)


def alert_sentence(alert: Alert) -> AlertSentence:
    """Describe an alert in one sentence, in the current language.

    Returns:
        Parts like "4,400 kg", "Acetic anhydride", "DE → MX" and the parties, each listed one with
        what its list says: a resemblance, no verdict.
    """
    return AlertSentence(
        amount=short_amount(alert.line),
        what=_what(alert),
        route=short_route(alert.line),
        parties=tuple(_parties(alert)),
    )


def short_amount(line: Line) -> str:
    """Return the net mass, or else the volume, the quantity as written, or the gross mass.

    A mass or volume of 0 is a field that a program filled in, and says nothing.
    """
    return (
        _measure(line.net_mg, "kg")
        or _measure(line.volume_ul, "l")
        or _counted(as_line(quantity_in_words(line)))
        or _measure(line.gross_mg, "kg")
    )


def _measure(millionths: int | None, unit: str) -> str:
    amount = litres_or_kilograms(millionths)
    return f"{figure(f'{amount:,f}')} {unit}" if amount else ""


def _counted(quantity: str) -> str:
    """Mark a number without a unit as a count."""
    return f"{quantity} ×" if quantity.replace(".", "").replace(",", "").isdigit() else quantity


def short_route(line: Line) -> str:
    """Return the country codes of the route, like "DE → PA → MX"."""
    route = route_of(line)
    stops = (route.origin, *route.transit, route.destination)
    return _ARROW.join(dict.fromkeys(filter(None, stops)))


def _what(alert: Alert) -> str:
    """Return the names of the substances, most severe first, or the goods as written."""
    names = {each.substance: each.name for each in alert.mentions}
    found = [substance_name(names[slug]) for slug in alert.substances if slug in names]
    if not found:
        return _cut(alert.line.goods or alert.line.commercial or "", _GOODS)
    shown, more = found[:_SUBSTANCES], len(found) - _SUBSTANCES
    rest = [numbered("%(num)s more", "%(num)s more", more)] if more > 0 else []
    return ", ".join(shown + rest)


def _parties(alert: Alert) -> Iterator[NamedParty]:
    """Yield the sender, the receiver, and other parties that a list entry resembles."""
    best: dict[str, PartyMatch] = {}
    for match in sorted(alert.parties, key=lambda each: each.probability):
        if not match.judged:
            best[match.name] = match
    sender, receiver = (first_named(alert.line, roles)[1] for roles in (SENDERS, RECEIVERS))
    named = [(_FIRST, sender), (_ARROW if sender else _FIRST + _ARROW.lstrip(), receiver)]
    further = [(_FURTHER, name) for name in best if name not in {sender, receiver}]
    for link, name in (*named, *further):
        if name:
            found = best.get(name)
            yield NamedParty(
                link=link,
                name=_cut(name.strip(_EDGES), _NAME),
                action=found.action if found else "",
                listed=_listed(found) if found else "",
            )


def _listed(match: PartyMatch) -> str:
    """Return what a list says of the entry that a party resembles."""
    said = words("possible match: {deed}, {list}")
    return said.format(deed=say(done_phrase(match)), list=as_line(match.list_name))


def _cut(text: str, most: int) -> str:
    line = as_line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
