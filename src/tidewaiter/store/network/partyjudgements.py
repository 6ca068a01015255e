"""What people said of two members: a step each, of which the last about a pair counts."""

from collections.abc import Sequence

from sqlalchemy import func, insert, or_, select

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.parties.resolution import Judgement, check_judgements
from tidewaiter.parties.resolution.types import Verdict
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import plain
from tidewaiter.store.slices import slices

WHY = 4_000  # characters


class Judged(Record, frozen=True, kw_only=True):
    """A step of what was said of a pair."""

    id: int
    a: str
    b: str
    verdict: Verdict
    why: str
    by: str
    at: str


class Said(Record, frozen=True, kw_only=True):
    """What is to be said of a pair."""

    a: str
    b: str
    verdict: Verdict
    why: str
    seen: int | None = None  # id of the last step about the pair that was seen; None: no step


def judge_parties(work: Work, said: Said) -> int:
    """Keep a judgement; it takes effect with the next run.

    Args:
        work: Begun with a stamp, which says by whom and when.
        said: Of two members.

    Returns:
        Its id.

    Raises:
        InputError: It is about one member, gives no reason, or contradicts others.
        ConflictError: Someone else judged the pair since.
    """
    a, b = sorted((said.a, said.b))
    _check(said)
    last = last_judgement(work, a, b)
    if (last.id if last else None) != said.seen:
        who = last.by if last else "nobody"
        hint = "look at what was said of the two, then judge again"
        raise ConflictError(f"{who} judged the two since you looked", hint=hint)
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
    """Return the last step about a pair; None: nobody said anything of it."""
    a, b = sorted((a, b))
    c = tables.party_judgement.c
    wanted = select(tables.party_judgement).where(c.a == a, c.b == b).order_by(c.id.desc()).limit(1)
    row = work.connection.execute(wanted).mappings().one_or_none()
    return Judged(**row) if row else None


def judgements_about(work: Work, members: Sequence[str]) -> dict[tuple[str, str], Judged]:
    """Return the last step about each pair of which some members are one, the newest first.

    Args:
        work: Any.
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
    """Return all judgements, in the order in which they were made, as the resolution takes them."""
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
        raise InputError(f'both members are "{said.a}"', hint="a judgement is about two members")
    if not said.why.strip():
        raise InputError("a judgement needs its reason", hint="say what it rests on")
    if len(said.why) > WHY:
        hint = f"write at most {WHY:,}"
        raise InputError(f"the reason has {len(said.why):,} characters", hint=hint)
