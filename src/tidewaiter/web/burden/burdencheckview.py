"""Event cards and checked claims as pages; their findings are in English, as they are worded."""

from typing import get_args
from urllib.parse import urlencode

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.burden.claims.types import Checked
from tidewaiter.burden.events.types import Direction, EventCard
from tidewaiter.burden.facts import indicators
from tidewaiter.releases.stock import Choices
from tidewaiter.report.burdenclaims import HEADS, finding_row, gap_text, read_text, understood
from tidewaiter.report.burdenevents import CardView, card_view, direction_words
from tidewaiter.report.burdenwords import indicator_words

_SHOWN = 30  # figures beside a claim; the record has them all


class EventWords(Record, frozen=True, kw_only=True):
    """The page of events in words."""

    card: CardView | None
    directions: tuple[tuple[str, str], ...]
    indicators: tuple[tuple[str, str], ...]
    query: str
    problem: str
    hint: str


class ClaimView(Record, frozen=True, kw_only=True):
    """One claim, checked."""

    understood: str
    read: str  # the words that were understood
    gaps: tuple[str, ...]  # those that were not
    rows: tuple[tuple[str, ...], ...]
    more: int


class ClaimWords(Record, frozen=True, kw_only=True):
    """The page of claims in words."""

    heads: tuple[str, ...]
    claims: tuple[ClaimView, ...]  # as the record has them
    problem: str
    hint: str


def event_words(
    ask: Record, card: EventCard | None, offered: Choices, problem: TidewaiterError | None
) -> EventWords:
    """Put the page of events into words."""
    asked = {name: str(getattr(ask, name)) for name in ask.__struct_fields__}
    return EventWords(
        card=card_view(card) if card else None,
        directions=tuple((each, direction_words(each)) for each in get_args(Direction)),
        indicators=tuple(
            (key, indicator_words(key, each.name))
            for key, each in indicators().items()
            if key in offered.indicators and each.measure == "deaths"
        )
        or (("T40.4", indicator_words("T40.4", "T40.4")),),
        query=urlencode(asked),
        problem=problem.message if problem else "",
        hint=problem.hint if problem else "",
    )


def claim_words(checked: tuple[Checked, ...], problem: TidewaiterError | None) -> ClaimWords:
    """Put the page of claims into words."""
    return ClaimWords(
        heads=HEADS,
        claims=tuple(
            ClaimView(
                understood=understood(each.claim),
                read=read_text(each.claim),
                gaps=tuple(gap_text(gap) for gap in each.claim.gaps),
                rows=tuple(finding_row(found) for found in each.findings[:_SHOWN]),
                more=max(0, len(each.findings) - _SHOWN),
            )
            for each in checked
        ),
        problem=problem.message if problem else "",
        hint=problem.hint if problem else "",
    )
