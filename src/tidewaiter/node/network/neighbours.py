"""Neighbours: the parties and things that are tied to some parties, the strongest ties first."""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from tidewaiter.network.facts import NetworkRules
from tidewaiter.store.database import Work
from tidewaiter.store.entities import Profile, profiles_of
from tidewaiter.store.ties import (
    Ownership,
    Shared,
    Trade,
    givers_of,
    owned_of,
    shared_by,
    trade_among,
    trade_of,
)

TieKind = Literal["sends", "receives", "identifier", "phone", "email", "address", "owned"]
"""What ties a party to another one: it sent to it; it received from it; both give one number,
telephone, e-mail or address; a list tells that one owns or controls the other."""


class Seen(NamedTuple):
    """Who looks at what: a run of a database, and whether they may see restricted entries."""

    work: Work
    run: int
    cleared: bool


class Ties(NamedTuple):
    """The ties of some parties, as far as they were read."""

    trade: list[Trade]
    things: dict[tuple[str, str], Shared]
    givers: dict[tuple[str, str], list[int]]  # of each thing, as many as were read
    owned: list[Ownership]

    def entities(self) -> set[int]:
        """Return all parties that stand in them."""
        found = {each for tie in self.trade for each in (tie.sender, tie.receiver)}
        found |= {each for some in self.givers.values() for each in some}
        return found | {each for tie in self.owned for each in (tie.entity, tie.owner)}


def ties_of(
    seen: Seen,
    profiles: Mapping[int, Profile],
    limit: int,
    rules: NetworkRules,
    *,
    most: int | None = None,
) -> Ties:
    """Read the ties of parties, those of busy ones as far as a limit.

    Args:
        seen: Who looks at what.
        profiles: The parties.
        limit: Of trade in each direction of a busy party, and of those that give one thing.
        rules: From how many ties on a party is busy.
        most: Pass over things that more parties give; None: none.
    """
    busy = [each for each in profiles.values() if each.degree > rules.busy]
    calm = [each.entity for each in profiles.values() if each.degree <= rules.busy]
    work, run = seen.work, seen.run
    trade = trade_among(work, run, calm, rows=rules.looked)
    for each in busy:
        for sends in (True, False):
            trade += trade_of(work, run, each.entity, sends=sends, rows=limit)
    told = [each.entity for each in profiles.values() if each.ties]
    shared = shared_by(work, run, told, most=most)
    things = {(thing.kind, thing.value): thing for some in shared.values() for thing in some}
    givers = givers_of(work, run, list(things), rows=limit)
    for entity, some in shared.items():  # the one that is asked for stands in it for certain
        for thing in some:
            held = givers[thing.kind, thing.value]
            if entity not in held:
                held.append(entity)
    owned = owned_of(work, run, list(profiles), cleared=seen.cleared)
    unique = {(tie.sender, tie.receiver): tie for tie in trade}
    return Ties(list(unique.values()), things, givers, owned)


def profiles_in(seen: Seen, entities: Collection[int]) -> dict[int, Profile]:
    """Return parties in short."""
    return profiles_of(seen.work, seen.run, entities)
