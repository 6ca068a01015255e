"""The command `tidewaiter notices`: pre-export notifications (PENs), their checks and replies."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english, english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import (
    FILE,
    OUT_FILE,
    Day,
    Field,
    Renamed,
    found_or_hint,
    json_option,
    needs_db,
    rows_option,
)
from tidewaiter.cli.law.questions import Desk, QuestionOptions
from tidewaiter.exchange.notices.amounts import in_words
from tidewaiter.exchange.notices.checks import Checked, check
from tidewaiter.exchange.notices.deadlines import Deadline
from tidewaiter.exchange.notices.forms import form_of, load_forms
from tidewaiter.exchange.notices.law import Law
from tidewaiter.exchange.notices.state import State
from tidewaiter.exchange.notices.types import (
    Acknowledged,
    Amount,
    Answered,
    LineAmount,
    MoreTime,
    NoObjection,
    NotForUs,
    Notice,
    Objected,
    ObjectionCode,
    Outcome,
    Queried,
    Returned,
    What,
    Withdrawn,
    word_of,
)
from tidewaiter.exchange.notices.xml import NoticeFile, read_xml, schema, write_xml
from tidewaiter.exchange.problems import Problem
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.coverage import answers_on, names_of
from tidewaiter.exchange.register.types import Operator
from tidewaiter.law.registry import load_registry
from tidewaiter.node.identity import own_stamp
from tidewaiter.report.notices import filled, render_form
from tidewaiter.report.pages import write_page
from tidewaiter.store.core.database import Work, open_database
from tidewaiter.store.notices.events import do_to_notice
from tidewaiter.store.notices.lookup import Kept, find_notice, notice_of
from tidewaiter.store.notices.lookup import notices as kept_notices
from tidewaiter.store.peers.reconcile import check_complete
from tidewaiter.store.register.entries import keeper, load_register
from tidewaiter.trade.substance_lookup import amount_of
from tidewaiter.transport.notices import Ready, made_ready, send_new, send_next, state_now


@cache
def law_here() -> Law:
    """Return the law that is part of the package."""
    registry = load_registry()
    desk = Desk(QuestionOptions(), registry, registry.book)
    return Law(registry, desk.book, desk.asker.find)


def said_of(checked: Checked) -> Iterator[str]:
    """Yield the results of a check, one line each."""
    yield from map(in_a_line, checked.problems)
    for each in checked.lines:
        content = each.why_no_content or in_words(each.content)
        yield f"line {each.line}: {each.name or 'not in the registry'}; content: {content}"
        rulings = each.assessment.rulings if each.assessment else ()
        for ruling in rulings:
            if ruling.held:
                yield f"line {each.line}: {ruling.jurisdiction}: {english(ruling.reason)}"
    yield f"reply by: {_day(checked.reply)}; earliest dispatch: {_day(checked.dispatch)}"


def in_a_line(problem: Problem) -> str:
    """Format a problem: severity, place, description and hint."""
    place = f"{problem.at}: " if problem.at else ""
    line = f"{problem.level}: {place}{problem.problem}"
    return f"{line} ({problem.hint})" if problem.hint else line


def tell_wrong(ready: Ready, path: Path, verb: str) -> None:
    """Print all results of a check if something must be corrected.

    Raises:
        InputError: Something must be corrected.
    """
    if ready.checked.sendable:
        return
    for line in said_of(ready.checked):
        click.echo(as_line(line), err=True)
    raise InputError("cli/notice-not-done", verb=verb, at=str(path))


def _day(deadline: Deadline) -> str:
    if deadline.due is None or deadline.due.day is None:
        return "no period is known"
    return f"from {deadline.due.day} ({deadline.due.period.text})"


def tell(kept: Kept) -> None:
    """Print the status of a pre-export notification."""
    state = kept.state
    due = f", reply by {state.reply_by}" if state.reply_by else ""
    waits = f", waiting for the {state.waits_for}" if state.waits_for else ""
    line = f"PEN {kept.row.number} ({kept.row.reference}), version {state.version}"
    click.echo(as_line(f"{line}: {state.name}{due}{waits}"))


def read_notice(path: Path) -> NoticeFile:
    """Read a pre-export notification from a file.

    Raises:
        InputError: The file is not a valid pre-export notification.
    """
    return read_xml(path.read_bytes(), path.name)


_number = click.argument("number", type=click.IntRange(1))
_text = click.argument("text")
_by = click.option("--by", required=True, help="Person or office that decided.")
_why = click.option("--reason", default="", help="Why.")


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
    """Acknowledge receipt of PEN NUMBER, without deciding on it.

    Example: tidewaiter notices acknowledge 7 --db node.db
    """
    _do(number, db, Acknowledged())


@click.command()
@_number
@_by
@needs_db
def agree(number: int, by: str, db: str) -> None:
    """Reply to PEN NUMBER that there is no objection.

    Example: tidewaiter notices agree 7 --by "Licensing" --db node.db
    """
    _do(number, db, NoObjection(decided_by=by))


@click.command(name="object")
@_number
@_by
@click.option("--code", required=True, type=click.Choice(get_args(ObjectionCode)), help="Why.")
@click.option("--text", default="", help="Details.")
@needs_db
def object_(number: int, by: str, code: ObjectionCode, text: str, db: str) -> None:
    """Object to PEN NUMBER.

    Example: tidewaiter notices object 7 --by "Licensing" --code "importer unknown" --db node.db
    """
    _do(number, db, Objected(code=code, text=text, decided_by=by))


@click.command()
@_number
@_text
@needs_db
def ask(number: int, text: str, db: str) -> None:
    """Request clarification (TEXT) before deciding on PEN NUMBER.

    Example: tidewaiter notices ask 7 "Who is the end user?" --db node.db
    """
    _do(number, db, Queried(text=text))


@click.command()
@_number
@click.argument("query")
@_text
@needs_db
def answer(number: int, query: str, text: str, db: str) -> None:
    """Reply with TEXT to query QUERY about PEN NUMBER.

    Example: tidewaiter notices answer 7 3f2a "Paint works Alfa" --db node.db
    """
    _do(number, db, Answered(query=query, text=text))


@click.command(name="more-time")
@_number
@click.option("--until", type=Day(), required=True, help="The new reply deadline.")
@_why
@needs_db
def more_time(number: int, until: date, reason: str, db: str) -> None:
    """Request more time to reply to PEN NUMBER.

    Example: tidewaiter notices more-time 7 --until 2026-12-18 --db node.db
    """
    _do(number, db, MoreTime(until=until, reason=reason))


@click.command(name="not-competent")
@_number
@_why
@needs_db
def not_for_us(number: int, reason: str, db: str) -> None:
    """Reply that this node is not the competent authority for PEN NUMBER.

    Example: tidewaiter notices not-competent 7 --reason "medicines agency" --db node.db
    """
    _do(number, db, NotForUs(reason=reason))


@click.command()
@_number
@_why
@needs_db
def withdraw(number: int, reason: str, db: str) -> None:
    """Withdraw PEN NUMBER permanently.

    Example: tidewaiter notices withdraw 7 --reason "order cancelled" --db node.db
    """
    _do(number, db, Withdrawn(reason=reason))


@click.command()
@_number
@click.argument("path", type=FILE)
@_why
@needs_db
def amend(number: int, path: Path, reason: str, db: str) -> None:
    """Amend PEN NUMBER: the notification in PATH becomes its next version.

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
    help="Outcome of the shipment.",
)
@click.option("--on", type=Day(), required=True, help="Date of the outcome.")
@click.option(
    "--line",
    "amounts",
    type=Field(),
    multiple=True,
    metavar="LINE=AMOUNT",
    help='Actual quantity of a line, for example 1="25 kg".',
)
@click.option("--as-notified", is_flag=True, help="All quantities are as notified.")
@click.option(
    "--permit", default="", help="Number of the permit to write the quantity off against."
)
@click.option("--more", is_flag=True, help="Further shipments under this PEN will follow.")
@click.option("--note", default="", help="Details.")
@needs_db
def return_(number: int, db: str, **options: Any) -> None:
    """Report the outcome of the shipment of PEN NUMBER, with the quantities.

    If the database has a register, the quantity shipped or received is written off against the
    permit, once.

    Example: tidewaiter notices return 7 --outcome shipped --on 2026-12-20 --as-notified --db n.db
    """
    told = Return(**options)
    if told.amounts and told.as_notified:
        raise click.UsageError("Give --line or --as-notified, not both.")
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
        click.echo(
            "no quantity was reported, so nothing is written off; give it with --line 1=AMOUNT",
            err=True,
        )


def _line(number: str, text: str) -> LineAmount:
    if not number.isdecimal():
        raise InputError("cli/not-a-line", number=number, at="--line")
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


def register_says(work: Work, notice: Notice, day: date) -> Iterator[str]:
    """Yield the register's answer for each line of a PEN; nothing without a register.

    It never prevents sending: a permit may depend on the reply.
    """
    country = keeper(work)
    if not country:
        return
    book = Book(load_register(work))
    names = names_of(book.all_on(Operator, day))
    for line, answer in answers_on(book, country, notice, day, law_here(), names=names):
        words = "; ".join(f"{each.part}: {english(each.text)}" for each in answer.parts)
        yield f"line {line}: register of {country}: {answer.verdict}: {words}"


def _today() -> date:
    return own_stamp().at.date()


@click.group(cls=Renamed, former={"not-for-us": "not-competent"})
def notices() -> None:
    """Send and reply to pre-export notifications (PENs).

    No reply is never treated as consent: a PEN without a reply is shown as unanswered.

    Example: tidewaiter notices check notice.xml
    """


@notices.command(name="check")
@click.argument("path", type=FILE)
@click.option(
    "--day",
    type=Day(),
    default=_today,
    help="Check against the law as of this date (default: today).",
)
@click.option("--db", help="Also check against the register in this database.")
def check_(path: Path, day: date, db: str | None) -> None:
    """Check the pre-export notification in PATH: missing data, controls, and deadlines.

    Example: tidewaiter notices check notice.xml
    """
    notice = read_notice(path).notice
    checked = check(notice, day, law_here())
    for line in said_of(checked):
        click.echo(as_line(line))
    if db is not None:
        with open_database(db) as database, database.work() as work:
            for line in register_says(work, notice, day):
                click.echo(as_line(line))
    if not checked.sendable:
        raise SystemExit(1)


@notices.command()
@click.argument("path", type=FILE)
@click.option("--to", "peer", required=True, help="Node of the importing country's authority.")
@needs_db
def send(path: Path, peer: str, db: str) -> None:
    """Send the pre-export notification in PATH, unless a correction is required.

    If it has no reply deadline, the earliest that the law allows is used, counted in working days
    of both countries. If the database has a register, the state of the exporter's licence and
    permit is shown; it never prevents sending, because a permit may depend on the reply.

    Example: tidewaiter notices send notice.xml --to tidewaiter/b1 --db node.db
    """
    stamp = own_stamp()
    ready = made_ready(read_notice(path).notice, stamp.at.date(), law_here())
    tell_wrong(ready, path, "sent")
    with desk_at(db) as desk, desk.database.work(stamp) as work:
        said = list(register_says(work, ready.notice, stamp.at.date()))
        kept = send_new(desk, work, peer, ready)
    tell(kept)
    for line in said:
        click.echo(as_line(line))


@notices.command(name="list")
@needs_db
@click.option(
    "--state",
    default="",
    help='Only PENs with this status, for example "sent" or "expired without reply".',
)
@rows_option
@json_option
def list_(db: str, state: str, rows: int, *, as_json: bool) -> None:
    """List pre-export notifications, newest first.

    Example: tidewaiter notices list --db node.db --state sent
    """
    with open_database(db) as database, database.work() as work:
        check_complete(work)
        found = kept_notices(work, own_stamp().at.date(), state=state, rows=rows)
    for each in found_or_hint(found, "send a PEN with tidewaiter notices send FILE --to NODE"):
        if as_json:
            click.echo(english_json(each))
            continue
        due = f", reply by {each.reply_by}" if each.reply_by else ""
        waits = f", waiting for the {each.waits_for}" if each.waits_for else ""
        line = f"{each.number}\t{each.reference}\t{each.side}\t{each.peer}\t{each.state}"
        click.echo(as_line(f"{line}{due}{waits}"))


@notices.command()
@_number
@needs_db
@click.option("--xml", "as_xml", is_flag=True, help="Print XML, with the complete history.")
@json_option
def show(number: int, db: str, *, as_xml: bool, as_json: bool) -> None:
    """Show PEN NUMBER: its status and what both sides did.

    Example: tidewaiter notices show 7 --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        day = own_stamp().at.date()
        kept = find_notice(work, desk.ring.lock, number, day)
        notice = None if as_xml or as_json else kept.state.notice
        said = list(register_says(work, notice, day)) if notice else []
    if as_xml and kept.state.notice:
        file = NoticeFile(notice=kept.state.notice, events=kept.events)
        click.echo(write_xml(file), nl=False)
    elif as_json:
        click.echo(english_json(kept))
    else:
        tell(kept)
        for each in kept.events:
            click.echo(as_line(f"{each.at:%Y-%m-%d %H:%M} {each.by}: {word_of(each.what)}"))
        for remark in (*kept.state.remarks, *kept.state.wrong):
            click.echo(as_line(f"note: {remark.text}"))
        for line in said:
            click.echo(as_line(line))


@notices.command()
@_number
@needs_db
@click.option(
    "--form",
    "slug",
    type=click.Choice(list(load_forms())),
    default="treaty",
    show_default=True,
    help="The official form.",
)
@click.option(
    "--out",
    type=OUT_FILE,
    required=True,
    help="Output file (.html or .pdf).",
)
def form(number: int, db: str, slug: str, out: Path) -> None:
    """Fill in an official form from PEN NUMBER, ready to print and sign.

    Example: tidewaiter notices form 7 --db node.db --form ca-class-a --out notice.pdf
    """
    day = own_stamp().at.date()
    with desk_at(db) as desk, desk.database.work() as work:
        kept = find_notice(work, desk.ring.lock, number, day)
    sheet = filled(notice_of(kept), form_of(slug), number=number, state=kept.state.name, day=day)
    write_page(render_form(sheet), out, "form")
    click.echo(as_line(f"{out}: {sheet.title}, {sheet.reference}"))


@notices.command(name="schema")
def schema_() -> None:
    """Write the XML schema (XSD) of pre-export notifications.

    Example: tidewaiter notices schema > notice.xsd
    """
    click.echo(schema(), nl=False)


for _each in REPLIES:
    notices.add_command(_each)
