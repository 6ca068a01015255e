"""Party matches of a batch, with ownership links, as reasons."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs
from numpy.typing import NDArray

from tidewaiter.base.phrases import Phrase
from tidewaiter.parties.compared_scripts import uncompared
from tidewaiter.parties.identifiers.validation import read_identifier
from tidewaiter.parties.ownership.assessment import owned
from tidewaiter.parties.ownership.graph import Chain, Ownership
from tidewaiter.parties.ownership.phrases import is_met, test_phrases
from tidewaiter.parties.ownership.rules import cautions
from tidewaiter.parties.ownership.shares import is_minor, percent_in_words
from tidewaiter.parties.types import ListedLink, ListedParty, ListVersion, Owned, PartyKind
from tidewaiter.trade.alerts import RULE, is_restricted, open_match
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.types import PartyMatch, Reason

_HASH = 12  # characters of a version's hash in citations


def source_of(match: PartyMatch) -> str:
    """Return the citation of the list version of a match."""
    return cite_list(match.list, match.version)


def cite_list(slug: str, version: str) -> str:
    """Return the citation of a list version.

    Args:
        slug: Slug of the list.
        version: SHA-256 of its files.
    """
    return f"{slug}@{version[:_HASH]}"


_SHOWN = 5  # links per match
_FAR = 20  # maximum path length where no nearer listed party explains why an entry is found


class AllLinks:
    """The ownership links of all lists, for matches."""

    def __init__(
        self,
        lists: Iterable[tuple[ListVersion, Sequence[ListedParty]]],
        steps: int,
        day: date | None = None,
    ) -> None:
        """Set the lists with all their entries.

        Args:
            lists: Versions and entries.
            steps: Maximum path length.
            day: Day of the links and of the law; None: the latest.
        """
        held = list(lists)
        self.steps, self.day = steps, day
        self.open = Ownership(held, restricted=False, day=day)
        secret = any(party.confidential for _, parties in held for party in parties)
        self.whole = Ownership(held, day=day) if secret else self.open
        self._lists = {version.slug: Links(self, version.slug) for version, _ in held}

    def __getitem__(self, slug: str) -> "Links":
        """Return the links of the entries of one list."""
        return self._lists[slug]

    def get(self, slug: str) -> "Links | None":
        """Return the links of the entries of one list; None: no such list."""
        return self._lists.get(slug)

    def searched(
        self, version: ListVersion, parties: Iterable[ListedParty]
    ) -> Iterator[ListedParty]:
        """Yield the entries that a search should find.

        Parties of ownership data that are not listed are found if a listed party owns or controls
        them, or if they own one; if only the authority may know that, they are restricted.
        """
        for party in parties:
            listed = party.action != "unlisted"
            if listed or self.open.node(version.slug, party.id) in self._open_nodes:
                yield party
            elif self.whole.node(version.slug, party.id) in self._whole_nodes:
                yield structs.replace(party, confidential=True)

    @cached_property
    def _open_nodes(self) -> frozenset[str]:
        return self.open.concerned(self.steps)

    @cached_property
    def _whole_nodes(self) -> frozenset[str]:
        return self._open_nodes if self.whole is self.open else self.whole.concerned(self.steps)


class Links:
    """The ownership links of the entries of one list."""

    def __init__(self, links: AllLinks, slug: str) -> None:
        """Set the links of all lists, and the list."""
        self._links, self._slug = links, slug

    def of(self, party: ListedParty) -> tuple[ListedLink, ...]:
        """Return the links of an entry, nearest first; those to restricted entries last."""
        links = self._links
        if party.confidential:
            return tuple(map(self._link, self._chains(links.whole, party)[:_SHOWN]))
        open_ = self._chains(links.open, party)[:_SHOWN]
        others = self._chains(links.whole, party) if links.whole is not links.open else ()
        secret = [chain for chain in others if chain.confidential][:_SHOWN]
        return tuple(map(self._link, (*open_, *secret)))

    def _chains(self, ties: Ownership, party: ListedParty) -> tuple[Chain, ...]:
        """Return the paths of an entry; of an unlisted party up to any listed owner."""
        found = ties.chains(self._slug, party, self._links.steps)
        if party.action == "unlisted" and not any(chain.up and chain.end for chain in found):
            found = ties.chains(self._slug, party, _FAR)
        return found

    def _link(self, chain: Chain) -> ListedLink:
        end, version = chain.end, chain.steps[-1].version
        other = version if version and version.slug != self._slug else None
        return ListedLink(
            entry=end.id if end else "",
            name=end.names[0].text if end else chain.steps[-1].named,
            action=end.action if end else "",
            outcome=end.outcome if end else "",
            listed=end.listed if end else None,
            owned=chain.up,
            steps=tuple(step.says for step in chain.steps),
            control=chain.control,
            former=chain.former,
            confidential=chain.confidential,
            list=other.slug if other else "",
            list_name=other.name if other else "",
        )

    def blocked_share(self, party: ListedParty) -> str:
        """Return the total share of its blocked owners; "": not stated."""
        return percent_in_words(self._ties(party).blocked_share(self._slug, party))

    def owned(self, party: ListedParty) -> Owned | None:
        """Return its ownership and control by listed parties, under each body of law."""
        return owned(self._ties(party), self._slug, party, self._links.day)

    def _ties(self, party: ListedParty) -> Ownership:
        return self._links.whole if party.confidential else self._links.open


def link_points(match: PartyMatch, link: ListedLink, rules: AlertRules) -> int:
    """Return the points of a link: non-zero only for current ownership by or of a blocked party.

    Half of the points count below the certain probability, and half if only shares of blocked
    owners are stated that total less than the law requires. If the stated shares, or control, meet
    the test of a body of law, a link to an owner counts almost as much as the owner's own entry.
    """
    rule = rules.party.linked
    if match.judged or match.action == "blocked" or link.action != "blocked" or link.former:
        return 0
    points = rule.points if link.owned else rule.owner
    if link.owned and is_met(match.owned):
        points = max(points, rule.met)
    elif link.owned and not link.control and is_minor(match.blocked_share):
        points //= 2
    return points if match.probability >= rules.party.sure else points // 2


def link_reasons(matches: Iterable[PartyMatch], rules: AlertRules) -> Iterator[Reason]:
    """Yield a reason for each link with points: the strongest counts, others are for information.

    The legal rule is given once, with the link that counts.
    """
    told = [
        (points, match, link)
        for match in matches
        for link in match.links
        if (points := link_points(match, link, rules))
    ]
    best = max(told, key=lambda each: each[0], default=None)
    for each in told:
        points, match, link = each
        yield Reason(
            rule="linked",
            says=_sentence(match, link, rules, alone=each is not best),
            points=points if each is best else 0,
            source=cite_list(match.list, match.version),
        )


def _sentence(match: PartyMatch, link: ListedLink, rules: AlertRules, *, alone: bool) -> Phrase:
    """Describe a link and its shares; with the legal rule if it is not alone."""
    action = Phrase("deed/plain", act=link.action)
    if link.listed:
        action = Phrase("deed/since", act=link.action, day=link.listed)
    tied = rules.party.linked.says(
        "linked",
        role=match.role or "party",
        name=match.name,
        listed=match.listed_name,
        way=link.steps,
        list=link.list_name or match.list_name,
        action=action,
    )
    share = "" if link.confidential or not link.owned else match.blocked_share
    told: dict[str, Any] = {"tied": tied}
    if share:
        told["share"] = share
    if not alone:
        told["cautions"] = test_phrases(match.owned) or cautions()
    parts = ["law"] * (not alone) + ["share"] * bool(share)
    return Phrase(f"linked/{'-'.join(parts) or 'plain'}", **told)


def link_phrase(link: ListedLink) -> Phrase:
    """Describe a link in a sentence, with the list's action on the other entry."""
    if not link.action:
        return Phrase("link/none", way=link.steps)
    told: dict[str, Any] = {"way": link.steps, "act": link.action}
    code = "link/since" if link.listed else "link/undated"
    if link.list_name:
        code, told["list"] = f"{code}-on", link.list_name
    if link.listed:
        told["day"] = link.listed
    if link.outcome:
        code, told["charge"] = f"{code}-charge", link.outcome
    return Phrase(code, **told)


VESSEL = "vessel"
"""Role in matches of the ship that carries the goods."""

PAPER_FIELDS = ("name", "address", "country", "id_scheme", "id")
_SHIPS = frozenset({"vessel", "unknown"})  # possible kinds of entries for a ship
_SEPARATOR = "\0"  # in no field that a reader returns
_KNOWN = 1 << 18  # parties without a match that are remembered


class PartyOnPaper(NamedTuple):
    """Data on one party in the documents, regardless of its role."""

    name: str
    address: str | None
    country: str | None
    id_scheme: str | None
    id: str | None
    kind: PartyKind = "unknown"


class PartyFinder(Protocol):
    """Finds parties in the lists in force on the day of the screening."""

    def find(self, asked: Sequence[PartyOnPaper]) -> Sequence[tuple[PartyMatch, ...]]:
        """Return the matches of each party, most probable first.

        The matches have no role, and the name of the query.
        """
        ...


class Unmatched:
    """Parties that match no entry, of all batches so far: most recur, and need no object."""

    def __init__(self) -> None:
        """Start without any."""
        self._known = pa.array([], pa.string())

    def is_new(self, parties: pa.StringArray) -> NDArray[np.bool_]:
        """Return which parties, each joined to one text, are not among them."""
        new: NDArray[np.bool_] = pc.invert(pc.is_in(parties, self._known)).to_numpy(False)
        return new

    def add(self, parties: pa.StringArray) -> None:
        """Add parties; if there are too many, forget the others."""
        known = self._known if len(self._known) < _KNOWN else self._known[:0]
        self._known = pa.concat_arrays([known, parties])


def match_parties(
    batch: pa.RecordBatch, finder: PartyFinder, unmatched: Unmatched | None = None
) -> dict[int, tuple[PartyMatch, ...]]:
    """Match the parties and vessels of a batch, each distinct one once.

    Args:
        batch: Batch with the schema LINES.
        finder: Finder for the lists.
        unmatched: What is known from earlier batches, with the same finder.

    Returns:
        The matches by line index, most probable first; lines without any are absent.
    """
    found: dict[int, list[PartyMatch]] = {}
    parties = _of_parties(batch, finder, unmatched or Unmatched())
    for line, match in chain(parties, _of_vessels(batch, finder)):
        found.setdefault(line, []).append(match)
    return {
        line: tuple(sorted(matches, key=lambda match: -match.probability))
        for line, matches in found.items()
    }


def _of_parties(
    batch: pa.RecordBatch, finder: PartyFinder, unmatched: Unmatched
) -> Iterator[tuple[int, PartyMatch]]:
    column = batch.column("parties")
    if column.null_count == len(column):
        return
    flat, lines = pc.list_flatten(column), pc.list_parent_indices(column)
    fields = [pc.fill_null(flat.field(name), "") for name in PAPER_FIELDS]
    encoded = pc.binary_join_element_wise(*fields, _SEPARATOR).dictionary_encode()
    which, distinct = encoded.indices.to_numpy(), encoded.dictionary
    new = np.flatnonzero(unmatched.is_new(distinct))
    firsts = np.zeros(len(distinct), np.int64)
    firsts[which[::-1]] = np.arange(len(which))[::-1]  # where one occurs again, the first counts
    papers = flat.take(pa.array(firsts[new]))
    rows = zip(*(papers.field(name).to_pylist() for name in PAPER_FIELDS), strict=True)
    asked = {
        place: PartyOnPaper(*row) for place, row in zip(new.tolist(), rows, strict=True) if row[0]
    }
    answers = dict(zip(asked, finder.find(list(asked.values())), strict=True))
    told = np.zeros(len(distinct), bool)
    told[[place for place, matches in answers.items() if matches]] = True
    unmatched.add(distinct.take(pa.array(new[~told[new]])))
    places = np.flatnonzero(told[which])  # parties with a match: usually few
    roles = flat.field("role").take(pa.array(places)).to_pylist()
    for place, line, role in zip(
        places, lines.take(pa.array(places)).to_pylist(), roles, strict=True
    ):
        for match in answers[int(which[place])]:
            yield line, structs.replace(match, role=role)


def _of_vessels(batch: pa.RecordBatch, finder: PartyFinder) -> Iterator[tuple[int, PartyMatch]]:
    columns = [batch.column("vessel"), batch.column("imo")]
    if all(column.null_count == len(column) for column in columns):
        return
    firsts, which = _distinct(columns)
    ships = zip(*(column.take(pa.array(firsts)).to_pylist() for column in columns), strict=True)
    asked = [vessel_on_paper(name, number) for name, number in ships]
    answers = iter(finder.find([each for each in asked if each is not None]))
    found = [() if each is None else vessels_among(next(answers)) for each in asked]
    told = np.array([bool(matches) for matches in found], bool)
    for line in np.flatnonzero(told[which]).tolist():
        for match in found[int(which[line])]:
            yield line, structs.replace(match, role=VESSEL)


def uncompared_names(batch: pa.RecordBatch) -> dict[str, int]:
    """Count the party names that cannot be compared across scripts, by script.

    A name counts for each of its lines.

    Args:
        batch: Batch with the schema LINES.
    """
    parties, ships = batch.column("parties"), batch.column("vessel")
    found: Counter[str] = Counter()
    for names in (pc.list_flatten(parties).field("name"), ships):
        # Most names are ASCII, and need no individual check.
        other = names.filter(pc.invert(pc.fill_null(pc.string_is_ascii(names), True)))
        for each in pc.value_counts(other).to_pylist():
            if script := uncompared(each["values"]):
                found[script] += each["counts"]
    return dict(found)


def vessel_on_paper(name: str | None, number: str | None) -> PartyOnPaper | None:
    """Return a vessel as a party for list matching; None: it has neither name nor number."""
    if not name and not number:
        return None
    scheme = "IMO" if number else None
    return PartyOnPaper(name or _numbered(number or ""), None, None, scheme, number, "vessel")


def is_by_number(asked: PartyOnPaper, entry: ListedParty) -> bool:
    """Return whether a named vessel has the IMO number of an entry.

    A judgement on its name, which many ships may share, is irrelevant then.
    """
    if asked.kind != "vessel" or not asked.id or asked.name == _numbered(asked.id):
        return False
    numbers = filter(None, (read_identifier(each, ()) for each in entry.identifiers))
    return ("IMO", asked.id) in ((each.scheme, each.value) for each in numbers)


def _numbered(number: str) -> str:
    return f"IMO {number}"


def vessels_among(matches: Sequence[PartyMatch]) -> tuple[PartyMatch, ...]:
    """Return the matches of a vessel without persons and organisations of the same name."""
    return tuple(match for match in matches if match.kind in _SHIPS)


def _distinct(columns: Sequence[pa.Array]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find distinct rows of text without creating Python objects.

    Args:
        columns: Each of shape ``(rows,)``; null is a distinct value.

    Returns:
        The first row of each distinct one, shape ``(distinct,)``, in order; and the index of the
        distinct row for each row, shape ``(rows,)``.
    """
    which = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        encoded = column.dictionary_encode("encode")
        codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        # Renumbered after each column: products of all of them would exceed 64 bits.
        _, which = np.unique(which * len(encoded.dictionary) + codes, return_inverse=True)
    _, firsts, which = np.unique(which, return_index=True, return_inverse=True)
    order = np.argsort(firsts)
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return firsts[order], ranks[which]


def reasons_of_parties(matches: Sequence[PartyMatch], rules: AlertRules) -> Iterator[Reason]:
    """Yield the reasons for list matches: open ones independently, then restricted ones.

    Restricted entries add only the points beyond the open ones, so that without their reasons the
    alert is the same as without the entries.

    Args:
        matches: Matches of one line, most probable first.
        rules: Points.
    """
    shown = list(filter(None, map(open_match, matches)))
    open_ = [*party_reasons(shown, rules), *link_reasons(shown, rules)]
    yield from open_
    if any(map(is_restricted, matches)):
        yield from _restricted(matches, rules, sum(reason.points for reason in open_))


def _restricted(matches: Sequence[PartyMatch], rules: AlertRules, points: int) -> Iterator[Reason]:
    """Yield a reason for each restricted entry; the first has the total points beyond `points`."""
    whole = [*party_reasons(matches, rules), *link_reasons(matches, rules)]
    more = max(0, sum(reason.points for reason in whole) - points)
    told = [
        each for match in matches if match.confidential for each in party_reasons([match], rules)
    ]
    for match in matches:
        secret = match.links if match.confidential else filter(_is_secret, match.links)
        told += link_reasons([structs.replace(match, links=tuple(secret))], rules)
    for place, each in enumerate(told):
        yield structs.replace(each, rule=RULE, points=0 if place else more)


def _is_secret(link: ListedLink) -> bool:
    return link.confidential


def party_reasons(matches: Sequence[PartyMatch], rules: AlertRules) -> Iterator[Reason]:
    """Yield a reason for each list match: the strongest counts in full, others for information.

    Args:
        matches: Matches of one line, most probable first.
        rules: Points.
    """
    best = max(matches, key=rules.party_points, default=None)
    for match in matches:
        action = Phrase("deed/plain", act=match.action)
        if match.outcome:
            action = Phrase("deed/outcome", act=match.action, outcome=match.outcome)
        named = {"role": match.role or "party", "name": match.name, "listed": match.listed_name}
        says = rules.party.says("party", **named, list=match.list_name, action=action)
        if match.action == "unlisted":
            says = Phrase("named/unlisted", **named, list=match.list_name)
        yield Reason(
            rule="party",
            says=says,
            points=rules.party_points(match) if match is best else 0,
            source=source_of(match),
        )
