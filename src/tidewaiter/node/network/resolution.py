"""Entity resolution of a database, which stays readable meanwhile."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Final

from tidewaiter.base.phrases import stored_json
from tidewaiter.base.records import Record
from tidewaiter.node.network.graph import network_rules
from tidewaiter.parties.resolution import (
    Entity,
    Member,
    find_signs,
    resolve,
    things_given,
    words_of,
)
from tidewaiter.parties.resolution.members import Read
from tidewaiter.parties.resolution.resolve import Resolution
from tidewaiter.store.audit import record_change
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.network.edges import add_owned
from tidewaiter.store.network.members import (
    Held,
    NewEntity,
    PartyOf,
    add_entities,
    add_links,
    count_things,
    earlier_entities,
    members_of,
    take_up_waiting,
)
from tidewaiter.store.network.resolutions import (
    add_changes,
    begin_run,
    check_run,
    counted_to,
    current_run,
    entities_in,
    finish_run,
    has_lines,
    is_behind,
    remove_past,
    run_or_first,
    stored_judgements,
)
from tidewaiter.store.network.trade import count_lines, count_partners

_ENTITIES: Final = 1_000  # written per transaction
_LINKS: Final = 2_000

Tell = Callable[[str, int, int], None]
"""Receives the current stage, progress and total; 0: unknown."""

Clock = Callable[[], Stamp]
"""Returns the acting user and time."""


class Outcome(Record, frozen=True, kw_only=True):
    """Result of a resolution."""

    run: int
    parties: int
    members: int
    entities: int
    compared: int  # pairs
    merged: int
    split: int


def resolve_database(database: Database, stamp: Clock, tell: Tell) -> Outcome:
    """Resolve the stored parties; readers see the previous run until it is complete.

    An interruption changes nothing; the next call starts over.

    Args:
        database: With stored lines.
        stamp: Acting user and time; called for each transaction.
        tell: Receives progress.

    Returns:
        The result.

    Raises:
        InputError: Contradictory judgements.
        ConflictError: Another resolution was started meanwhile.
    """
    with database.work() as work:
        before = current_run(work)
        held = members_of(work)
        earlier = list(earlier_entities(work, before.id if before else None))
        judgements = stored_judgements(work)
    found = resolve(held.members, judgements, earlier, tell=tell)
    entities = [*find_signs(found.entities, found.reads)]
    with database.work(stamp()) as work:
        run = begin_run(work, held.last)
    _write(database, stamp, run, (entities, held, found), tell)
    line = _count(database, stamp, run, tell)
    with _building(database, stamp, run) as work:
        while (further := _step(work, run, line)) is not None:  # added at the last moment
            line = further
        add_changes(work, run, entities)
        finish_run(work, run, found.compared)
    tidy(database, stamp)
    return _outcome(run, entities, held, found)


def _outcome(run: int, entities: Sequence[Entity], held: Held, found: Resolution) -> Outcome:
    return Outcome(
        run=run,
        parties=sum(map(len, held.parties.values())),
        members=len(held.members),
        entities=len(entities),
        compared=found.compared,
        merged=sum(each.change == "merged" for each in entities),
        split=sum(each.change == "split" for each in entities),
    )


def take_up(database: Database, stamp: Clock) -> int:
    """Add all new parties and lines to the current run, some thousand per transaction.

    Args:
        database: Any.
        stamp: Acting user and time; called for each transaction.

    Returns:
        The number of transactions; 0: nothing new.
    """
    steps = 0
    while take_up_some(database, stamp):
        steps += 1
    return steps


def take_up_some(database: Database, stamp: Clock) -> bool:
    """Add the next new parties or lines to the current run, in one transaction.

    Screening only stores them, as reading names takes longer than screening the lines. Until they
    are added, pages say how many lines are missing.

    Args:
        database: Any.
        stamp: Acting user and time.

    Returns:
        Whether something was added.
    """
    if not awaits_counting(database):
        return False
    with database.work(stamp()) as work:
        run = run_or_first(work)
        line = _step(work, run.id, run.line)
        if line is not None:
            record_change(work, "parties counted", {"resolution": run.id, "line": line})
    return line is not None


def awaits_counting(database: Database) -> bool:
    """Return whether there may be new parties or lines, without the write lock."""
    with database.work() as work:
        run = current_run(work)
        return has_lines(work) if run is None else is_behind(work, run)


def tidy(database: Database, stamp: Clock) -> None:
    """Delete rows of past runs, some thousand per transaction."""
    more = True
    while more:
        with database.work(stamp()) as work:
            more = remove_past(work)


def _step(work: Work, run: int, line: int, *, partners: bool = True) -> int | None:
    """Add the next parties or, if none is waiting, the next lines.

    Returns:
        The last line counted; None: nothing to add.
    """
    touched = take_up_waiting(work, run)
    if touched is None:
        counted = count_lines(work, run, line, network_rules().sides)
        if counted is None:
            return None
        counted_to(work, run, counted.last)
        touched, line = counted.entities, counted.last
    if partners:
        count_partners(work, run, touched)
    return line


def _count(database: Database, stamp: Clock, run: int, tell: Tell) -> int:
    """Count all lines; return the last one."""
    line: int | None = 0
    last = 0
    while line is not None:
        tell("counting lines", last := line, 0)
        with _building(database, stamp, run) as work:
            line = _step(work, run, line, partners=False)
    with database.work() as work:
        entities = entities_in(work, run)
    for start in range(0, len(entities), _ENTITIES):
        tell("counting partners", start, len(entities))
        with _building(database, stamp, run) as work:
            count_partners(work, run, entities[start : start + _ENTITIES])
    return last


@contextmanager
def _building(database: Database, stamp: Clock, run: int) -> Iterator[Work]:
    """Begin a transaction of a run that is still current."""
    with database.work(stamp()) as work:
        check_run(work, run)
        yield work


def _row(entity: Entity, held: Held, reads: Mapping[str, Read]) -> NewEntity:
    members = entity.members
    return NewEntity(
        key=entity.id,
        name=entity.name,
        country=next(filter(None, (reads[each.id].country for each in _often(members))), ""),
        waiting=False,
        signs=stored_json(entity.signs).decode(),
        parties=[
            PartyOf(party, member.id, "compared")
            for member in members
            for party in held.parties[member.id]
        ],
        words=dict.fromkeys(word for each in members for word in words_of(reads[each.id])),
        things=[thing for each in members for thing in things_given(each.written, reads[each.id])],
    )


def _often(members: Sequence[Member]) -> Sequence[Member]:
    return sorted(members, key=lambda member: (-member.count, member.id))


def _write(
    database: Database,
    stamp: Clock,
    run: int,
    told: tuple[Sequence[Entity], Held, Resolution],
    tell: Tell,
) -> None:
    entities, held, found = told
    for start in range(0, len(entities), _ENTITIES):
        tell("writing entities", start, len(entities))
        some = entities[start : start + _ENTITIES]
        with _building(database, stamp, run) as work:
            add_entities(work, run, [_row(each, held, found.reads) for each in some])
    links = iter(found.links)
    while page := list(islice(links, _LINKS)):
        with _building(database, stamp, run) as work:
            add_links(work, run, page)
    with _building(database, stamp, run) as work:
        count_things(work, run)
        add_owned(work, run)
