"""Resolution runs: written, activated and removed; what each changed; and human judgements.

An interrupted run is never read; the next one removes its rows.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from sqlalchemy import Column, Table, delete, func, insert, or_, select, update

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.parties.resolution import Entity, Judgement, check_judgements
from tidewaiter.parties.resolution.types import Verdict
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.network.members import entity_ids

RunState = Literal["building", "current", "past"]

_REMOVED = 20_000  # rows deleted per statement


class Resolved(Record, frozen=True, kw_only=True):
    """A resolution run over the parties of a database."""

    id: int
    state: RunState
    started: str
    finished: str | None  # when it became current
    party: int  # last party compared; later ones wait for the next run
    line: int  # last line counted
    compared: int  # pairs


class Behind(Record, frozen=True, kw_only=True):
    """Parties and lines added since the last run and count."""

    parties: int  # waiting for the next run; at most `COUNTED`
    lines: int  # not counted yet; at most `COUNTED`


COUNTED = 10_000


def current_run(work: Work) -> Resolved | None:
    """Return the current run; None: no run yet."""
    r = tables.resolution
    wanted = select(r).where(r.c.state == "current").order_by(r.c.id.desc()).limit(1)
    row = work.connection.execute(wanted).mappings().one_or_none()
    return Resolved(**row) if row else None


def run_or_first(work: Work) -> Resolved:
    """Return the current run; if there is none, start one in which all parties wait.

    Args:
        work: A write transaction.
    """
    run = current_run(work)
    if run is None:
        _begin(work, 0, "current")
        run = current_run(work)
    if run is None:  # pragma: no cover
        raise AssertionError("a run just written is not there")
    return run


def begin_run(work: Work, party: int) -> int:
    """Start a run; an interrupted one will be removed.

    Args:
        work: A write transaction.
        party: Last party that it compares.

    Returns:
        Its id.
    """
    r = tables.resolution
    work.connection.execute(update(r).where(r.c.state == "building").values(state="past"))
    return _begin(work, party, "building")


def check_run(work: Work, run: int) -> None:
    """Check that a run is still the one being written.

    Raises:
        ConflictError: Another run was started since.
    """
    r = tables.resolution.c
    if work.connection.execute(select(r.state).where(r.id == run)).scalar() != "building":
        raise ConflictError("store/another-resolution-begun")


def finish_run(work: Work, run: int, compared: int) -> None:
    """Make a run the current one.

    Args:
        work: A write transaction.
        run: Its id.
        compared: Pairs.

    Raises:
        ConflictError: Another run was started since.
    """
    check_run(work, run)
    r, p = tables.resolution, tables.entity_profile.c
    work.connection.execute(update(r).where(r.c.state == "current").values(state="past"))
    finished = moment(stamp_of(work).at)
    said = {"state": "current", "finished": finished, "compared": compared}
    work.connection.execute(update(r).where(r.c.id == run).values(**said))
    wanted = select(func.count()).select_from(tables.entity_profile).where(p.run == run)
    entities = int(work.connection.execute(wanted).scalar_one())
    details: Details = {"resolution": run, "entities": entities, "compared": compared}
    record_change(work, "parties resolved", details)


def counted_to(work: Work, run: int, line: int) -> None:
    """Record the last line counted by a run."""
    r = tables.resolution
    work.connection.execute(update(r).where(r.c.id == run).values(line=line))


def is_behind(work: Work, run: Resolved) -> bool:
    """Return whether a party has no entity yet, or a line is not counted."""
    p, k, n = tables.entity_party.c, tables.party.c, tables.line.c
    last = select(p.party).where(p.run == run.id).order_by(p.party.desc()).limit(1)
    newest = (select(func.coalesce(func.max(column), 0)) for column in (k.id, n.id))
    parties, lines = (int(work.connection.execute(each).scalar_one()) for each in newest)
    return parties > (work.connection.execute(last).scalar() or 0) or lines > run.line


def has_lines(work: Work) -> bool:
    """Return whether any line is stored."""
    return work.connection.execute(select(tables.line.c.id).limit(1)).scalar() is not None


def entities_in(work: Work, run: int) -> list[int]:
    """Return the entities of a run."""
    p = tables.entity_profile.c
    wanted = select(p.entity).where(p.run == run).order_by(p.entity)
    return list(work.connection.execute(wanted).scalars())


def behind(work: Work, run: Resolved) -> Behind:
    """Return what a run does not include yet."""

    def count(column: Column[int], last: int) -> int:
        later = select(column).where(column > last).limit(COUNTED).subquery()
        wanted = select(func.count()).select_from(later)
        return int(work.connection.execute(wanted).scalar_one())

    return Behind(
        parties=count(tables.party.c.id, run.party), lines=count(tables.line.c.id, run.line)
    )


def remove_past(work: Work) -> bool:
    """Remove rows of past runs, some thousand per transaction.

    Args:
        work: A write transaction.

    Returns:
        Whether there may be more.
    """
    r = tables.resolution.c
    past = work.connection.execute(select(r.id).where(r.state == "past").order_by(r.id)).scalars()
    for run in past.all():
        for table, column in _BY:
            if _remove(work, table, column, run):
                return True
        work.connection.execute(delete(tables.resolution).where(r.id == run))
    return False


# Column by which rows of a run are deleted in slices: the first of an index.
_BY: tuple[tuple[Table, Column[int] | Column[str]], ...] = (
    (tables.entity_consignment, tables.entity_consignment.c.entity),
    (tables.trade_consignment, tables.trade_consignment.c.source),
    (tables.trade, tables.trade.c.sender),
    (tables.entity_word, tables.entity_word.c.word),
    (tables.entity_thing, tables.entity_thing.c.entity),
    (tables.thing, tables.thing.c.kind),
    (tables.entity_link, tables.entity_link.c.a),
    (tables.entity_owned, tables.entity_owned.c.entity),
    (tables.entity_party, tables.entity_party.c.party),
    (tables.entity_profile, tables.entity_profile.c.entity),
)


def _remove(work: Work, table: Table, column: Column[int] | Column[str], run: int) -> int:
    here = table.c.run == run
    upto = select(column).where(here).order_by(column).offset(_REMOVED).limit(1)
    last = work.connection.execute(upto).scalar()
    some = delete(table).where(here) if last is None else delete(table).where(here, column <= last)
    return work.connection.execute(some).rowcount


def _begin(work: Work, party: int, state: RunState) -> int:
    row = {"state": state, "party": party, "line": 0, "started": moment(stamp_of(work).at)}
    made = work.connection.execute(insert(tables.resolution).values(**row)).inserted_primary_key
    run = int(made[0])  # type: ignore[index]
    record_change(work, "resolution begun", {"resolution": run, "party": party})
    return run


WHY = 4_000  # characters


class Judged(Record, frozen=True, kw_only=True):
    """A step in the judgements on a pair."""

    id: int
    a: str
    b: str
    verdict: Verdict
    why: str
    by: str
    at: str


class Said(Record, frozen=True, kw_only=True):
    """A judgement to store."""

    a: str
    b: str
    verdict: Verdict
    why: str
    seen: int | None = None  # id of the last step seen on the pair; None: none


def judge_parties(work: Work, said: Said) -> int:
    """Store a judgement; it takes effect in the next run.

    Args:
        work: A write transaction; its stamp says by whom and when.
        said: Judgement of two members.

    Returns:
        Its id.

    Raises:
        InputError: It is about one member, has no reason, or contradicts others.
        ConflictError: Someone else judged the pair meanwhile.
    """
    a, b = sorted((said.a, said.b))
    _check(said)
    last = last_judgement(work, a, b)
    if (last.id if last else None) != said.seen:
        who = last.by if last else "nobody"
        raise ConflictError("store/judged-since-you-looked", who=who)
    stamp = stamp_of(work)
    row = {
        "a": a,
        "b": b,
        "verdict": said.verdict,
        "why": plain(said.why.strip()),
        "by": plain(stamp.who),
        "at": moment(stamp.at),
    }
    target = insert(tables.party_judgement)
    number = int(work.connection.execute(target.values(**row)).inserted_primary_key[0])  # type: ignore[index]
    check_judgements(stored_judgements(work))
    record_change(work, "parties judged", {"judgement": number, "verdict": said.verdict})
    return number


def last_judgement(work: Work, a: str, b: str) -> Judged | None:
    """Return the last step on a pair; None: no judgement."""
    a, b = sorted((a, b))
    c = tables.party_judgement.c
    wanted = select(tables.party_judgement).where(c.a == a, c.b == b).order_by(c.id.desc()).limit(1)
    row = work.connection.execute(wanted).mappings().one_or_none()
    return Judged(**row) if row else None


def judgements_about(work: Work, members: Sequence[str]) -> dict[tuple[str, str], Judged]:
    """Return the last step on each pair that includes one of some members, newest first.

    Args:
        work: Any transaction.
        members: Ids; of either side.
    """
    c = tables.party_judgement.c
    found: dict[tuple[str, str], Judged] = {}
    for some in slices(members):
        last = select(func.max(c.id)).where(or_(c.a.in_(some), c.b.in_(some))).group_by(c.a, c.b)
        wanted = select(tables.party_judgement).where(c.id.in_(last))
        for row in work.connection.execute(wanted).mappings():
            found[row["a"], row["b"]] = Judged(**row)
    return dict(sorted(found.items(), key=lambda each: -each[1].id))


def stored_judgements(work: Work) -> list[Judgement]:
    """Return all judgements in order, as input of the resolution."""
    c = tables.party_judgement
    rows = work.connection.execute(select(c).order_by(c.c.id)).mappings()
    return [
        Judgement(
            a=row["a"],
            b=row["b"],
            verdict=row["verdict"],
            who=row["by"],
            when=row["at"],
            why=row["why"],
        )
        for row in rows
    ]


def _check(said: Said) -> None:
    if said.a == said.b:
        raise InputError("store/both-members", a=said.a)
    if not said.why.strip():
        raise InputError("store/judgement-without-reason")
    if len(said.why) > WHY:
        raise InputError("store/reason-too-long", count=len(said.why), why=WHY)


class Changed(Record, frozen=True, kw_only=True):
    """A change of an entity between runs."""

    entity: int
    change: str  # merged: it absorbed the other; split: it was separated from it
    other: int
    at: str


def add_changes(work: Work, run: int, entities: Iterable[Entity]) -> None:
    """Write which entities were merged and which were split.

    Args:
        work: A write transaction.
        run: Its id.
        entities: Entities of the resolution, with their changes.
    """
    told = [(each, other) for each in entities for other in each.earlier]
    keys = sorted({key for each, other in told for key in (each.id, other)})
    ids = entity_ids(work, keys)
    at = moment(stamp_of(work).at)
    rows = [
        {"run": run, "entity": ids[each.id], "change": each.change, "other": ids[other], "at": at}
        for each, other in told
    ]
    if rows:
        work.connection.execute(insert(tables.entity_change), rows)


def changes_of(work: Work, entity: int, *, rows: int = 50) -> list[Changed]:
    """Return the changes of an entity, on either side, newest first."""
    c = tables.entity_change.c
    wanted = select(c.entity, c.change, c.other, c.at).where(
        or_(c.entity == entity, c.other == entity)
    )
    found = work.connection.execute(wanted.order_by(c.id.desc()).limit(rows)).mappings()
    return [Changed(**row) for row in found]
