"""What the queue finds an alert by: the terms that it has when it is stored."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from tidewaiter.casework.words import plain_name, words_of
from tidewaiter.consignments.journeys import countries_of, journey_of
from tidewaiter.consignments.priority import is_listed
from tidewaiter.consignments.types import Alert, Line
from tidewaiter.store.database import Work
from tidewaiter.store.terms import Numbers, change_terms, term

NO_DAY = "none"  # sorts behind all days
LISTED = "listed:1"
"""The term of an alert that rests on a list; "listed:0" is that of any other."""
_RANK = 1_000_000  # added to ranks, so that they sort as text
_WIDTH = 7


def index_alerts(work: Work, stored: Sequence[tuple[int, Alert]], screening: int) -> None:
    """Write the terms of alerts that are being stored.

    Args:
        work: Begun with a stamp.
        stored: Alerts with their numbers.
        screening: Id of the one that found them.
    """
    change_terms(work, numbers_by_term(stored, screening))


def numbers_by_term(stored: Iterable[tuple[int, Alert]], screening: int) -> Numbers:
    """Return the numbers of alerts by the terms that they have when they are stored."""
    found: dict[str, list[int]] = defaultdict(list)
    at_first = ("any:", "status:open", "assignee:", term("screening", str(screening)))
    for number, alert in stored:
        for name in (*at_first, *terms_of(alert)):
            found[name].append(number)
    return found


def terms_of(alert: Alert) -> dict[str, None]:
    """Return the terms that an alert has of itself, each once."""
    found = dict.fromkeys(_facts(alert))
    found |= dict.fromkeys(f"word:{word}" for word in words_of(_texts(alert)))
    return found


def rank_value(rank: int) -> str:
    """Return a rank as text that sorts as ranks do."""
    return f"{max(0, rank + _RANK):0{_WIDTH}}"


def month_value(day: str) -> str:
    """Return the month of a day in ISO 8601, or what stands for none."""
    return day[:7]


def _facts(alert: Alert) -> Iterator[str]:
    yield f"severity:{alert.severity}"
    yield f"rank:{rank_value(alert.rank)}"
    yield f"score:{rank_value(alert.score)}"
    yield f"listed:{int(is_listed(alert))}"
    yield from _days("due", alert.due)
    yield from _days("day", alert.day)
    if alert.restricted:
        yield "restricted:"
    for slug in alert.substances:
        yield term("substance", slug)
    for reason in alert.reasons:
        yield term("rule", reason.rule)
    for match in alert.parties:
        yield term("entry", f"{match.list}/{match.entry}")
    yield from _places(alert.line)


def _days(kind: str, day: date | None) -> Iterator[str]:
    text = day.isoformat() if day else NO_DAY
    yield f"{kind}:{text}"
    yield f"{kind}-month:{month_value(text)}"


def _places(line: Line) -> Iterator[str]:
    for country in countries_of(line):
        yield f"country:{country}"
    journey = journey_of(line)
    yield f"from:{journey.origin}"
    yield f"to:{journey.destination}"
    for party in line.parties or ():
        if party.name:
            yield term("party", plain_name(party.name))


def _texts(alert: Alert) -> Iterator[str]:
    """Yield what full text is searched in, the most telling first."""
    line = alert.line
    parties = line.parties or ()
    yield from filter(None, (line.consignment, line.goods, line.commercial, alert.title))
    yield from (name for party in parties if (name := party.name))
    yield from (match.listed_name for match in alert.parties)
    yield from filter(None, (line.hs, line.un, line.cus, *(line.cas or ())))
    yield from (number for party in parties if (number := party.id))
    yield from (*(line.containers or ()), *(line.licences or ()))
    yield from filter(None, (line.vessel, line.imo, line.voyage))
