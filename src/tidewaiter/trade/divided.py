"""Divided: entries for the authority only are looked up apart from those that all may see.

Were they in one index, a restricted entry would move the rarity of words, and so the probability
of open matches. Apart, what is said of open entries is the same whether or not there are others.
"""

from collections.abc import Iterable, Sequence

from tidewaiter.consignments.finder import Indexed, Judged, ListFinder
from tidewaiter.consignments.links import Links
from tidewaiter.consignments.listed import PartyFinder, PartyOnPaper
from tidewaiter.consignments.types import PartyMatch
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.rarity import Rarity
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import ListedParty, ListVersion

Lists = Iterable[tuple[ListVersion, Sequence[ListedParty]]]


class DividedFinder:
    """Asks two finders, and returns what both answer."""

    def __init__(self, open_: PartyFinder, restricted: PartyFinder) -> None:
        """Take the finder of open entries, and that of restricted ones."""
        self._finders = (open_, restricted)

    def find(self, asked: Sequence[PartyOnPaper]) -> list[tuple[PartyMatch, ...]]:
        """Return for each party those that it resembles, the most probable first."""
        answers = zip(*(finder.find(asked) for finder in self._finders), strict=True)
        return [
            tuple(sorted((*open_, *secret), key=lambda match: -match.probability))
            for open_, secret in answers
        ]


def finder_of(
    lists: Lists,
    least: float | Threshold,
    judged: Judged | None,
    steps: int,
    rarity: Rarity | None = None,
    *,
    indexed: Indexed = build_index,
) -> PartyFinder:
    """Build what looks parties up in lists.

    Args:
        lists: As they were in force on the day.
        least: From which probability on a resemblance is told.
        judged: See ListFinder.
        steps: Ties of ownership that are followed from a matched entry.
        rarity: Counts of the words of a generation of lists; None: those of each part.
        indexed: Gives the index of entries.
    """
    held = [(version, tuple(parties)) for version, parties in lists]
    links = {version.slug: Links(version, parties, steps) for version, parties in held}
    parts = [
        [(version, [p for p in parties if p.confidential == secret]) for version, parties in held]
        for secret in (False, True)
    ]
    finders = [ListFinder(part, least, judged, links, rarity, indexed=indexed) for part in parts]
    if not any(parties for _, parties in parts[1]):
        return finders[0]
    return DividedFinder(*finders)
