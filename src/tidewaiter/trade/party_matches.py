"""Listed: the parties of a batch that resemble those on lists."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs
from numpy.typing import NDArray

from tidewaiter.consignments.citing import source_of
from tidewaiter.consignments.links import link_reasons
from tidewaiter.consignments.restricted import RULE, is_restricted, open_match
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import PartyMatch, Reason
from tidewaiter.parties.compared import uncompared
from tidewaiter.parties.identifiers.read import read_identifier
from tidewaiter.parties.types import ListedLink, ListedParty, PartyKind

VESSEL = "vessel"
"""The role of the ship that carries the goods, in matches."""

PAPER_FIELDS = ("name", "address", "country", "id_scheme", "id")
_SHIPS = frozenset({"vessel", "unknown"})  # kinds of entries that a ship may be


class PartyOnPaper(NamedTuple):
    """What the papers say of one party, whatever its role."""

    name: str
    address: str | None
    country: str | None
    id_scheme: str | None
    id: str | None
    kind: PartyKind = "unknown"


class PartyFinder(Protocol):
    """Looks parties up in the lists that were in force on the day of the screening."""

    def find(self, asked: Sequence[PartyOnPaper]) -> Sequence[tuple[PartyMatch, ...]]:
        """Return for each party those that it resembles, the most probable first.

        The matches bear no role, and the name as it was asked for.
        """
        ...


def match_parties(batch: pa.RecordBatch, finder: PartyFinder) -> dict[int, tuple[PartyMatch, ...]]:
    """Look up the parties and vessels of a batch, each once however many lines it stands in.

    Args:
        batch: Of the schema LINES.
        finder: Of the lists.

    Returns:
        The matches by place in the batch, the most probable first; lines without any are absent.
    """
    found: dict[int, list[PartyMatch]] = {}
    for line, match in chain(_of_parties(batch, finder), _of_vessels(batch, finder)):
        found.setdefault(line, []).append(match)
    return {
        line: tuple(sorted(matches, key=lambda match: -match.probability))
        for line, matches in found.items()
    }


def _of_parties(batch: pa.RecordBatch, finder: PartyFinder) -> Iterator[tuple[int, PartyMatch]]:
    column = batch.column("parties")
    if column.null_count == len(column):
        return
    flat, lines = pc.list_flatten(column), pc.list_parent_indices(column)
    firsts, which = _distinct([flat.field(name) for name in PAPER_FIELDS])
    papers = flat.take(pa.array(firsts))
    rows = zip(*(papers.field(name).to_pylist() for name in PAPER_FIELDS), strict=True)
    asked = {place: PartyOnPaper(*row) for place, row in enumerate(rows) if row[0]}
    answers = dict(zip(asked, finder.find(list(asked.values())), strict=True))
    told = np.zeros(len(firsts), bool)
    told[[place for place, matches in answers.items() if matches]] = True
    places = np.flatnonzero(told[which])  # of parties that resemble a listed one: mostly few
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
    """Count the names of parties that are not compared with names in other scripts, by script.

    A name counts on each line that it stands on.

    Args:
        batch: Of the schema LINES.
    """
    parties, ships = batch.column("parties"), batch.column("vessel")
    found: Counter[str] = Counter()
    for names in (pc.list_flatten(parties).field("name"), ships):
        # Most names are in plain letters, which need no look at each.
        other = names.filter(pc.invert(pc.fill_null(pc.string_is_ascii(names), True)))
        for each in pc.value_counts(other).to_pylist():
            if script := uncompared(each["values"]):
                found[script] += each["counts"]
    return dict(found)


def vessel_on_paper(name: str | None, number: str | None) -> PartyOnPaper | None:
    """Return a vessel as a party that lists are asked for; None: it has no name and no number."""
    if not name and not number:
        return None
    scheme = "IMO" if number else None
    return PartyOnPaper(name or _numbered(number or ""), None, None, scheme, number, "vessel")


def is_by_number(asked: PartyOnPaper, entry: ListedParty) -> bool:
    """Tell whether a vessel that has a name bears the IMO number of an entry.

    What was decided of its name, which many may bear, says nothing of it then.
    """
    if asked.kind != "vessel" or not asked.id or asked.name == _numbered(asked.id):
        return False
    numbers = filter(None, (read_identifier(each, ()) for each in entry.identifiers))
    return ("IMO", asked.id) in ((each.scheme, each.value) for each in numbers)


def _numbered(number: str) -> str:
    return f"IMO {number}"


def vessels_among(matches: Sequence[PartyMatch]) -> tuple[PartyMatch, ...]:
    """Return the matches of a vessel without those with persons and firms that are called alike."""
    return tuple(match for match in matches if match.kind in _SHIPS)


def _distinct(columns: Sequence[pa.Array]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tell rows of text apart without making objects of them.

    Args:
        columns: Each of shape ``(rows,)``; null is a value of its own.

    Returns:
        The first row of each distinct one, shape ``(distinct,)``, in their order; and which of
        these each row is, shape ``(rows,)``.
    """
    which = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        encoded = column.dictionary_encode("encode")
        codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        # Numbered anew after each column: products of all of them would pass 64 bits.
        _, which = np.unique(which * len(encoded.dictionary) + codes, return_inverse=True)
    _, firsts, which = np.unique(which, return_index=True, return_inverse=True)
    order = np.argsort(firsts)
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return firsts[order], ranks[which]


def reasons_of_parties(matches: Sequence[PartyMatch], rules: AlertRules) -> Iterator[Reason]:
    """Yield the reasons of listed parties: open ones as if there were no others, then the rest.

    Restricted entries add what they weigh more than the open ones, so that without their reasons
    the alert is what it would be without them.

    Args:
        matches: Of one line, the most probable first.
        rules: The points.
    """
    shown = list(filter(None, map(open_match, matches)))
    open_ = [*party_reasons(shown, rules), *link_reasons(shown, rules)]
    yield from open_
    if any(map(is_restricted, matches)):
        yield from _restricted(matches, rules, sum(reason.points for reason in open_))


def _restricted(matches: Sequence[PartyMatch], rules: AlertRules, points: int) -> Iterator[Reason]:
    """Yield a reason for each restricted entry; the first has what all weigh more than `points`."""
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
    """Yield a reason for each listed party: the weightiest counts in full, others are told.

    Args:
        matches: Of one line, the most probable first.
        rules: The points.
    """
    best = max(matches, key=rules.party_points, default=None)
    for match in matches:
        action = f"{match.action}, {match.outcome}" if match.outcome else match.action
        yield Reason(
            rule="party",
            text=rules.party.text.format(
                role=match.role or "party",
                name=match.name,
                listed=match.listed_name,
                list=match.list_name,
                action=action,
            ),
            points=rules.party_points(match) if match is best else 0,
            source=source_of(match),
        )
