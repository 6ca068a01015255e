"""The command `tidewaiter notices`: pre-export notifications, and what both sides do to them."""

from datetime import date
from pathlib import Path

import click
import msgspec

from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.noticelaw import law_here, said_of, tell_wrong
from tidewaiter.cli.noticeout import read_notice, tell
from tidewaiter.cli.noticeregister import register_says
from tidewaiter.cli.noticereplies import REPLIES
from tidewaiter.cli.options import Day, needs_db
from tidewaiter.cli.papers import write_page
from tidewaiter.cli.table import as_line
from tidewaiter.courier.notifying import made_ready, send_new
from tidewaiter.exchange.notices.checking import check
from tidewaiter.exchange.notices.events import word_of
from tidewaiter.exchange.notices.forms import form_of, load_forms
from tidewaiter.exchange.notices.shapes import NoticeFile
from tidewaiter.exchange.notices.xml import write_xml
from tidewaiter.identity import own_stamp
from tidewaiter.report.noticeforms import filled, render_form
from tidewaiter.store.database import open_database
from tidewaiter.store.noticerows import find_notice, notice_of
from tidewaiter.store.noticerows import notices as kept_notices
from tidewaiter.store.restored import check_complete

_json = click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
_number = click.argument("number", type=click.IntRange(1))
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _today() -> date:
    return own_stamp().at.date()


@click.group()
def notices() -> None:
    """Notify another authority of an export before it leaves, and answer notices.

    Silence is never consent: a notice that nobody answered is shown as that.

    Example: tidewaiter notices check notice.xml
    """


@notices.command(name="check")
@click.argument("path", type=_FILE)
@click.option("--day", type=Day(), default=_today, help="The day whose law counts (today).")
@click.option("--db", help="Ask the register of this database too.")
def check_(path: Path, day: date, db: str | None) -> None:
    """Check the notice in PATH: what is missing, what the law says of its lines, and its days.

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
@click.argument("path", type=_FILE)
@click.option("--to", "peer", required=True, help="The node of the importing country's authority.")
@needs_db
def send(path: Path, peer: str, db: str) -> None:
    """Send the notice in PATH; what must be mended first is told, and nothing is sent.

    Where it names no day by which it asks for an answer, the first day that the law allows is
    asked for, counted in working days of both countries. What the register of the database says of
    the exporter's licence and permit is told, and keeps nothing back: a permit may wait for the
    answer.

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
@click.option("--state", default="", help='How they stand, like "sent" or "expired without reply".')
@click.option(
    "--rows",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="How many at most.",
)
@_json
def list_(db: str, state: str, rows: int, *, as_json: bool) -> None:
    """List notices, the last first.

    Example: tidewaiter notices list --db node.db --state sent
    """
    with open_database(db) as database, database.work() as work:
        check_complete(work)
        found = kept_notices(work, own_stamp().at.date(), state=state, rows=rows)
    for each in found:
        if as_json:
            click.echo(msgspec.json.encode(each))
            continue
        due = f", answer by {each.reply_by}" if each.reply_by else ""
        waits = f", waits for the {each.waits_for}" if each.waits_for else ""
        line = f"{each.number}\t{each.reference}\t{each.side}\t{each.peer}\t{each.state}"
        click.echo(as_line(f"{line}{due}{waits}"))


@notices.command()
@_number
@needs_db
@click.option("--xml", "as_xml", is_flag=True, help="As XML, with all that was done to it.")
@_json
def show(number: int, db: str, *, as_xml: bool, as_json: bool) -> None:
    """Show notice NUMBER: how it stands, and what both sides did.

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
        click.echo(msgspec.json.encode(kept))
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
    help="Which form.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file: .html, or .pdf.",
)
def form(number: int, db: str, slug: str, out: Path) -> None:
    """Fill an official form from notice NUMBER, to be printed and signed.

    Example: tidewaiter notices form 7 --db node.db --form ca-class-a --out notice.pdf
    """
    day = own_stamp().at.date()
    with desk_at(db) as desk, desk.database.work() as work:
        kept = find_notice(work, desk.ring.lock, number, day)
    sheet = filled(notice_of(kept), form_of(slug), number=number, state=kept.state.name, day=day)
    write_page(render_form(sheet), out, "form")
    click.echo(as_line(f"{out}: {sheet.title}, {sheet.reference}"))


for _each in REPLIES:
    notices.add_command(_each)
