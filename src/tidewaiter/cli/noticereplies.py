"""What either side does to a notice, a command each."""

from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.noticelaw import law_here, tell_wrong
from tidewaiter.cli.noticeout import read_notice, tell
from tidewaiter.cli.options import Day, Field, needs_db
from tidewaiter.consignments.asking import amount_of
from tidewaiter.courier.notifying import made_ready, send_next, state_now
from tidewaiter.exchange.notices.events import (
    Acknowledged,
    Answered,
    LineAmount,
    MoreTime,
    NoObjection,
    NotForUs,
    Objected,
    ObjectionCode,
    Outcome,
    Queried,
    Returned,
    What,
    Withdrawn,
)
from tidewaiter.exchange.notices.states import State
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.identity import own_stamp
from tidewaiter.store.noticerows import find_notice
from tidewaiter.store.notices import do_to_notice

_number = click.argument("number", type=click.IntRange(1))
_text = click.argument("text")
_by = click.option("--by", required=True, help="Who decided.")
_why = click.option("--reason", default="", help="Why.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Return(Record, frozen=True, kw_only=True):
    """The options of return information."""

    outcome: Outcome
    on: date
    amounts: tuple[tuple[str, str], ...] = ()  # line and amount
    as_notified: bool = False
    permit: str = ""
    more: bool = False
    note: str = ""


def _do(number: int, db: str, what: What) -> None:
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        kept = do_to_notice(work, desk.ring.lock, number, what)
    tell(kept)


@click.command()
@_number
@needs_db
def acknowledge(number: int, db: str) -> None:
    """Say that notice NUMBER has come; that decides nothing.

    Example: tidewaiter notices acknowledge 7 --db node.db
    """
    _do(number, db, Acknowledged())


@click.command()
@_number
@_by
@needs_db
def agree(number: int, by: str, db: str) -> None:
    """Say that there is no objection to notice NUMBER.

    Example: tidewaiter notices agree 7 --by "Licensing" --db node.db
    """
    _do(number, db, NoObjection(decided_by=by))


@click.command(name="object")
@_number
@_by
@click.option("--code", required=True, type=click.Choice(get_args(ObjectionCode)), help="Why.")
@click.option("--text", default="", help="In words.")
@needs_db
def object_(number: int, by: str, code: ObjectionCode, text: str, db: str) -> None:
    """Object to notice NUMBER.

    Example: tidewaiter notices object 7 --by "Licensing" --code "importer unknown" --db node.db
    """
    _do(number, db, Objected(code=code, text=text, decided_by=by))


@click.command()
@_number
@_text
@needs_db
def ask(number: int, text: str, db: str) -> None:
    """Ask TEXT before deciding on notice NUMBER.

    Example: tidewaiter notices ask 7 "Who is the end user?" --db node.db
    """
    _do(number, db, Queried(text=text))


@click.command()
@_number
@click.argument("query")
@_text
@needs_db
def answer(number: int, query: str, text: str, db: str) -> None:
    """Answer query QUERY of notice NUMBER with TEXT.

    Example: tidewaiter notices answer 7 3f2a "Paint works Alfa" --db node.db
    """
    _do(number, db, Answered(query=query, text=text))


@click.command(name="more-time")
@_number
@click.option("--until", type=Day(), required=True, help="The last day.")
@_why
@needs_db
def more_time(number: int, until: date, reason: str, db: str) -> None:
    """Ask for more time for notice NUMBER.

    Example: tidewaiter notices more-time 7 --until 2026-12-18 --db node.db
    """
    _do(number, db, MoreTime(until=until, reason=reason))


@click.command(name="not-for-us")
@_number
@_why
@needs_db
def not_for_us(number: int, reason: str, db: str) -> None:
    """Say that notice NUMBER is another authority's.

    Example: tidewaiter notices not-for-us 7 --reason "medicines agency" --db node.db
    """
    _do(number, db, NotForUs(reason=reason))


@click.command()
@_number
@_why
@needs_db
def withdraw(number: int, reason: str, db: str) -> None:
    """Take notice NUMBER back, for good.

    Example: tidewaiter notices withdraw 7 --reason "order cancelled" --db node.db
    """
    _do(number, db, Withdrawn(reason=reason))


@click.command()
@_number
@click.argument("path", type=_FILE)
@_why
@needs_db
def amend(number: int, path: Path, reason: str, db: str) -> None:
    """Put the notice in PATH in the place of notice NUMBER, as its next version.

    Example: tidewaiter notices amend 7 notice.xml --reason "another vessel" --db node.db
    """
    stamp, notice = own_stamp(), read_notice(path).notice
    with desk_at(db) as desk, desk.database.work(stamp) as work:
        before = state_now(desk, work, number, stamp.at.date())
        ready = made_ready(notice, stamp.at.date(), law_here(), amends=before)
        tell_wrong(ready, path, "amended")
        kept = send_next(desk, work, number, ready, reason=reason)
    tell(kept)


@click.command(name="return")
@_number
@click.option(
    "--outcome",
    required=True,
    type=click.Choice(get_args(Outcome)),
    help="What became of the goods.",
)
@click.option("--on", type=Day(), required=True, help="The day.")
@click.option(
    "--line",
    "amounts",
    type=Field(),
    multiple=True,
    metavar="LINE=AMOUNT",
    help='What it was really, of a line: 1="25 kg".',
)
@click.option("--as-notified", is_flag=True, help="It was what the notice says, of all lines.")
@click.option("--permit", default="", help="Number of the permit that it is written off.")
@click.option("--more", is_flag=True, help="Further shipments under this notice follow.")
@click.option("--note", default="", help="In words.")
@needs_db
def return_(number: int, db: str, **options: Any) -> None:
    """Tell what became of the goods of notice NUMBER, and how much it was.

    Where the database holds a register, what was shipped or arrived is written off against the
    permit, once.

    Example: tidewaiter notices return 7 --outcome shipped --on 2026-12-20 --as-notified --db n.db
    """
    told = Return(**options)
    if told.amounts and told.as_notified:
        raise click.UsageError("give --line or --as-notified, not both")
    lines = tuple(_line(*each) for each in told.amounts)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        if told.as_notified:
            lines = _notified(find_notice(work, desk.ring.lock, number, told.on).state)
        what = Returned(
            outcome=told.outcome,
            on=told.on,
            lines=lines,
            permit=told.permit,
            note=told.note,
            last=not told.more,
        )
        kept = do_to_notice(work, desk.ring.lock, number, what)
    tell(kept)
    if not lines:
        click.echo("no amount is told, so nothing is written off: --line 1=AMOUNT", err=True)


def _line(number: str, text: str) -> LineAmount:
    if not number.isdecimal():
        raise InputError(f'"{number}" is no line', at="--line", hint='write it like 1="25 kg"')
    mass, volume = amount_of(text)
    return LineAmount(line=int(number), amount=Amount(mass_mg=mass, volume_ul=volume))


def _notified(state: State) -> tuple[LineAmount, ...]:
    lines = state.notice.lines if state.notice else ()
    return tuple(LineAmount(line=each.number, amount=each.net) for each in lines)


REPLIES = (
    acknowledge,
    agree,
    object_,
    ask,
    answer,
    more_time,
    not_for_us,
    withdraw,
    amend,
    return_,
)
