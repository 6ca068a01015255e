"""An alert as one sentence: the amount, the substances, the route, and who sends to whom."""

from collections.abc import Iterable

from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import as_line
from tidewaiter.explain.languages import figure, numbered
from tidewaiter.explain.lines import litres_or_kilograms, quantity_in_words
from tidewaiter.explain.matches import done_phrase
from tidewaiter.explain.official_names import substance_name
from tidewaiter.explain.phrases import say
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.traders import RECEIVERS, SENDERS, first_named
from tidewaiter.trade.types import Alert, Line

_SUBSTANCES = 2  # named; the others are counted
_GOODS = 80  # characters of the goods text where no substance is named
_NAME = 60  # characters of a party's name
_ARROW = " → "


class NamedParty(Record, frozen=True, kw_only=True):
    """A party of the sentence."""

    name: str  # as written
    action: str  # of that list, like "blocked"; "": no list entry resembles it
    listed: str  # like "assets blocked, OFAC SDN List"; "": the same


class AlertSentence(Record, frozen=True, kw_only=True):
    """The parts of the sentence; "" or () if the document does not say."""

    amount: str
    what: str  # the substances, or the goods as written
    route: str
    parties: tuple[NamedParty, ...]  # sender, receiver, then other listed ones

    @property
    def text(self) -> str:
        """The sentence as one line of text."""
        parties = _ARROW.join(
            f"{party.name} ({party.listed})" if party.listed else party.name
            for party in self.parties
        )
        goods = f"{self.amount} {self.what}".strip()
        return ", ".join(part for part in (goods, self.route, parties) if part)


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
    """Return the net mass, or else the volume, the quantity as written, or the gross mass."""
    for millionths, unit in ((line.net_mg, "kg"), (line.volume_ul, "l")):
        if millionths is not None:
            return _measure(millionths, unit)
    return as_line(quantity_in_words(line)) or _measure(line.gross_mg, "kg")


def _measure(millionths: int | None, unit: str) -> str:
    amount = litres_or_kilograms(millionths)
    return "" if amount is None else f"{figure(f'{amount:,f}')} {unit}"


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


def _parties(alert: Alert) -> Iterable[NamedParty]:
    """Yield the sender, the receiver, and other parties that a list entry resembles."""
    names = [first_named(alert.line, roles)[1] for roles in (SENDERS, RECEIVERS)]
    matches = [each for each in alert.parties if not each.judged]
    for name in dict.fromkeys([*names, *(match.name for match in matches)]):
        if name:
            best = max(
                (each for each in matches if each.name == name),
                key=lambda each: each.probability,
                default=None,
            )
            yield NamedParty(
                name=_cut(name, _NAME),
                action=best.action if best else "",
                listed=f"{say(done_phrase(best))}, {as_line(best.list_name)}" if best else "",
            )


def _cut(text: str, most: int) -> str:
    line = as_line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
