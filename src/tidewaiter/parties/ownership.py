"""Ownership and control: paths between entries of a list, as stated by the list.

A list states "owned by", "controls" and similar links between its entries. Whether a link makes an
entry blocked is a question of law; data/parties/ownership.toml has the rules of two jurisdictions.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.types import ListedParty, Tie

_UP = frozenset(("owned-by", "controlled-by", "operated-by"))
_DOWN = {"owns": "owned-by", "controls": "controlled-by", "operates": "operated-by"}
_ENDS = {"owned-by": "owner", "controlled-by": "controller", "operated-by": "operator"}
_FORMER = "formerly-"
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s?(?:%|per ?cent|percent)")
_WAYS = 2_000  # maximum paths examined per entry; a hostile list may link everything


class OwnershipRule(Record, frozen=True, kw_only=True):
    """Legal rule on companies owned or controlled by blocked persons, in our words."""

    law: str
    text: str
    source: str
    url: str
    mark: str  # read, second-hand, unverified


class OwnershipRules(Record, frozen=True, kw_only=True):
    """Content of data/parties/ownership.toml."""

    note: str
    least_percent: Decimal  # total of blocked owners from which a firm is a blocked owner itself
    rules: tuple[OwnershipRule, ...]


class Step(NamedTuple):
    """One link of a path."""

    says: Phrase  # "owned by X (60 %)"
    party: ListedParty | None  # target; None: not an entry of the list
    named: str  # name used by the list
    former: bool
    control: bool  # control, not ownership


class Chain(NamedTuple):
    """A path from an entry to another, listed or not."""

    steps: tuple[Step, ...]
    up: bool  # the path leads to owners or controllers; otherwise to owned or controlled parties

    @property
    def end(self) -> ListedParty | None:
        """Return the entry at the end."""
        return self.steps[-1].party

    @property
    def former(self) -> bool:
        """Return whether a link of the path is former."""
        return any(step.former for step in self.steps)

    @property
    def control(self) -> bool:
        """Return whether a link of the path is control or operation."""
        return any(step.control for step in self.steps)

    @property
    def confidential(self) -> bool:
        """Return whether an entry on the path is visible to the authority only."""
        return any(step.party is not None and step.party.confidential for step in self.steps)


class _Edge(NamedTuple):
    owner: str  # id, or the name of an unlisted owner
    owned: str
    kind: str  # owned-by, controlled-by, operated-by
    share: str
    former: bool


@cache
def ownership_rules() -> OwnershipRules:
    """Load the rules; cached."""
    return read_toml(data("parties", "ownership.toml"), OwnershipRules)


class Ownership:
    """The ownership links of one list."""

    def __init__(self, parties: Iterable[ListedParty], *, restricted: bool = True) -> None:
        """Set the entries of a list.

        Args:
            parties: All entries, including those visible to the authority only.
            restricted: Follow links of such entries; otherwise they are treated as absent.
        """
        self._parties = {party.id: party for party in parties}
        self._counted: frozenset[str] | None = None
        self._names: dict[str, list[str]] = {}
        self._owners: defaultdict[str, list[_Edge]] = defaultdict(list)
        self._owned: defaultdict[str, list[_Edge]] = defaultdict(list)
        if any(party.ties for party in self._parties.values()):
            self._take_names()
        for party in self._parties.values():
            for edge in filter(None, (self._edge(party, tie) for tie in party.ties)):
                if restricted or not any(map(self._is_secret, (edge.owner, edge.owned))):
                    self._owners[edge.owned].append(edge)
                    self._owned[edge.owner].append(edge)

    def chains(self, party: ListedParty, most: int) -> tuple[Chain, ...]:
        """List the paths from an entry, shortest first, paths to owners before others.

        A path ends at a blocked entry. There is one for each entry with an action on the list, and
        for each direct link to a party that is not an entry.

        Args:
            party: An entry of this list.
            most: Maximum length of a path.
        """
        found = [*self._walk(party.id, most, up=True), *self._walk(party.id, most, up=False)]
        return tuple(sorted(found, key=lambda chain: (len(chain.steps), not chain.up)))

    def blocked_share(self, party: ListedParty) -> Decimal | None:
        """Return the total share of blocked owners, as stated by the list; None: not stated.

        An owner counts if it is blocked, or owned to half or more by such owners.
        """
        return self._share(party.id, self._counting())

    def _counting(self) -> frozenset[str]:
        """Return the entries whose shares count, computed down from the blocked ones; cached."""
        if self._counted is None:
            found = {each.id for each in self._parties.values() if each.action == "blocked"}
            new = deque(found)
            while new:
                for edge in self._owned.get(new.popleft(), ()):
                    share = None if edge.owned in found else self._share(edge.owned, found)
                    if share is not None and share >= ownership_rules().least_percent:
                        found.add(edge.owned)
                        new.append(edge.owned)
            self._counted = frozenset(found)
        return self._counted

    def _share(self, key: str, counting: AbstractSet[str]) -> Decimal | None:
        shares: dict[str, Decimal] = {}
        for edge in self._owners.get(key, ()):
            share = percent_of(edge.share)
            if edge.kind == "owned-by" and edge.owner in counting and not edge.former and share:
                shares[edge.owner] = max(share, shares.get(edge.owner, share))
        return min(sum(shares.values(), Decimal(0)), Decimal(100)) if shares else None

    def _walk(self, start: str, most: int, *, up: bool) -> Iterator[Chain]:
        """Yield the shortest path to each entry; each entry is visited once, so cycles end."""
        seen = {start}
        ways: deque[tuple[Step, ...]] = deque([()])
        looked = 0
        while ways and looked < _WAYS:
            way = ways.popleft()
            here = way[-1].party.id if way and way[-1].party else start
            for edge in (self._owners if up else self._owned).get(here, ()):
                key = edge.owner if up else edge.owned
                looked += 1
                if key in seen:
                    continue
                seen.add(key)
                step = self._step(edge, key, up=up)
                longer = (*way, step)
                if step.party is None:
                    if not way:
                        yield Chain(longer, up)
                    continue
                if step.party.action != "other":
                    yield Chain(longer, up)
                if step.party.action != "blocked" and len(longer) < most:
                    ways.append(longer)

    def _step(self, edge: _Edge, key: str, *, up: bool) -> Step:
        party = self._parties.get(key)
        named = party.names[0].text if party else key
        code = edge.kind if up else _ENDS[edge.kind]
        once = _FORMER if edge.former else ""
        share = f" ({edge.share})" if edge.share else ""
        says = Phrase(f"tie/{once}{code}", name=f"{named}{share}")
        return Step(says, party, named, edge.former, edge.kind != "owned-by")

    def _edge(self, party: ListedParty, tie: Tie) -> _Edge | None:
        """Orient an ownership or control link from the owned party to the owner."""
        kind = tie.kind.removeprefix(_FORMER)
        former = kind != tie.kind or "former" in tie.note.casefold()
        if kind not in _UP and kind not in _DOWN:
            return None
        other = self._find(tie.party)
        if not other or other == party.id:
            return None
        if kind in _UP:
            return _Edge(other, party.id, kind, tie.share, former)
        return _Edge(party.id, other, _DOWN[kind], tie.share, former)

    def _take_names(self) -> None:
        for party in self._parties.values():
            for name in {plain(name.text) for name in party.names}:
                self._names.setdefault(name, []).append(party.id)

    def _find(self, said: str) -> str:
        """Return the id of the entry named in a link; if none or several match, the text itself."""
        said = said.strip()
        if said in self._parties:
            return said
        named = self._names.get(plain(said), [])
        return named[0] if len(named) == 1 else said

    def _is_secret(self, key: str) -> bool:
        """Return whether a link may lead to an entry visible to the authority only."""
        keys = [key] if key in self._parties else self._names.get(plain(key), [])
        return any(self._parties[each].confidential for each in keys)


def percent_of(share: str) -> Decimal | None:
    """Parse a share such as "60 %", "33.3%"; None: not a percentage, or a range."""
    found = _PERCENT.findall(share)
    if len(found) != 1 or _PERCENT.sub("", share).strip(" .,()~"):
        return None
    value = Decimal(found[0].replace(",", "."))
    return value if value <= 100 else None  # noqa: PLR2004 - per cent


def percent_in_words(share: Decimal | None) -> str:
    """Format a share: "60 %"; "": none given."""
    return "" if share is None else f"{share.normalize():f} %"


def is_minor(share: str) -> bool:
    """Return whether a total share is below the threshold for a blocked owner."""
    value = percent_of(share)
    return value is not None and value < ownership_rules().least_percent


def cautions() -> Sequence[Phrase]:
    """Return the legal rules on ownership, one sentence per jurisdiction, with source."""
    told = ownership_rules()
    return (Phrase("caution/note", said=told.note), *map(_caution, told.rules))


def _caution(rule: OwnershipRule) -> Phrase:
    told = {"law": rule.law, "said": rule.text, "source": rule.source}
    if rule.mark == "read":
        return Phrase("caution/law", **told)
    return Phrase("caution/law-marked", mark=rule.mark, **told)
