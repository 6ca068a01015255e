"""Pledges: what was told of commitments and initiatives, put together.

A promise that is changed stays visible as it was; and once its last day is over, no new version
changes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.coalition.commitments import (
    Commitment,
    Initiative,
    Report,
    Standing,
    Withdrawal,
    standing_of,
)

Pledged = Commitment | Initiative | Report | Withdrawal

KINDS: Mapping[str, type[Pledged]] = MappingProxyType(
    {
        "commitment": Commitment,
        "initiative": Initiative,
        "commitment-report": Report,
        "commitment-withdrawal": Withdrawal,
    }
)
"""Kinds of message that speak of what was promised."""

S = TypeVar("S", bound=Pledged)


class Told(Record, frozen=True, kw_only=True):
    """What somebody said, and since when this node has it."""

    body: Pledged
    day: date


class Version(Record, frozen=True, kw_only=True):
    """A commitment as its owner told it once."""

    commitment: Commitment
    day: date
    late: bool  # it came after the last day of the one before, and changes nothing


class Pledge(Record, frozen=True, kw_only=True):
    """A commitment: what was promised, what was reported, and how it stands."""

    versions: tuple[Version, ...]  # in the order in which they came
    reports: tuple[Report, ...]
    standing: Standing


class Pledges(Record, frozen=True, kw_only=True):
    """What members promised, as it stands on a day."""

    commitments: tuple[Pledge, ...]  # by last day, owner and id
    initiatives: tuple[Initiative, ...]  # the last version of each, by owner and id


def subject_of(said: Pledged) -> tuple[str, str]:
    """Return whose commitment or initiative something is of, and its id."""
    own = isinstance(said, (Commitment, Initiative))
    return said.owner, said.id if own else said.commitment  # type: ignore[union-attr]


def pledges_on(told: Iterable[Told], day: date) -> Pledges:
    """Put together what was told by a day.

    Reports and withdrawals count from the day on which this node had them, whatever they bear.

    Args:
        told: In the order in which it came.
        day: As it stood then.
    """
    by_then = [each for each in told if each.day <= day]
    reports = [structs.replace(body, day=on) for body, on in _of(by_then, Report)]
    gone = [structs.replace(body, day=on) for body, on in _of(by_then, Withdrawal)]
    versions: dict[tuple[str, str], list[Version]] = {}
    for commitment, on in _of(by_then, Commitment):
        before = versions.setdefault(subject_of(commitment), [])
        late = bool(before) and on > in_force(before).due
        before.append(Version(commitment=commitment, day=on, late=late))
    pledges = [_pledge(each, reports, gone, day) for each in versions.values()]
    initiatives = {subject_of(body): body for body, _ in _of(by_then, Initiative)}
    return Pledges(
        commitments=tuple(sorted(pledges, key=_order)),
        initiatives=tuple(initiatives[key] for key in sorted(initiatives)),
    )


def in_force(versions: Sequence[Version]) -> Commitment:
    """Return the last version that counts; the first always does."""
    return next(each.commitment for each in reversed(versions) if not each.late)


def _of(told: Iterable[Told], kind: type[S]) -> list[tuple[S, date]]:
    return [(each.body, each.day) for each in told if isinstance(each.body, kind)]


def _pledge(
    versions: Sequence[Version],
    reports: Iterable[Report],
    gone: Iterable[Withdrawal],
    day: date,
) -> Pledge:
    commitment = in_force(versions)
    mine = tuple(each for each in reports if subject_of(each) == subject_of(commitment))
    return Pledge(
        versions=tuple(versions),
        reports=mine,
        standing=standing_of(commitment, mine, gone, day),
    )


def _order(pledge: Pledge) -> tuple[date, str, str]:
    commitment = pledge.standing.commitment
    return commitment.due, commitment.owner, commitment.id
