"""A listed party that a party of a line resembles, for tests; both are invented."""

from datetime import date

from tidewaiter.base.phrases import Phrase, as_written
from tidewaiter.parties.types import ListedLink
from tidewaiter.trade.types import PartyMatch

MATCH = PartyMatch(
    role="consignee",
    name="Muster Trade",
    list="watch",
    list_name="Watch list",
    version="a" * 64,
    list_day=date(2026, 11, 1),
    entry="W-7",
    listed_name="Muster Trading Ltd",
    name_kind="weak alias",
    kind="organisation",
    probability=0.91,
    action="indicted",
    outcome="dismissed",
    outcome_day=date(2026, 9, 1),
    listed=date(2026, 1, 5),
    supports=(as_written("Muster matches Muster (exact)"),),
    against=(as_written("Ltd appears only in the list (omitted)"),),
    notice="Not for commercial use.",
    sharing=3,
    entries=24_431,
    blocked_share="60 %",
    links=(
        ListedLink(
            entry="W-8",
            name="Beispiel AG",
            action="blocked",
            listed=date(2026, 2, 2),
            owned=True,
            steps=(Phrase("tie/owned-by", name="Beispiel AG (60 %)"),),
        ),
        ListedLink(
            entry="",
            name="Nobody BV",
            owned=True,
            steps=(Phrase("tie/owned-by", name="Nobody BV"),),
        ),
    ),
)
