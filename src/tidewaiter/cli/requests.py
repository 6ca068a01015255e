"""The commands `tidewaiter requests`, `recall` and `recalls`: requests to peers, and recalls."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import Day, Renamed, found_or_hint, needs_db
from tidewaiter.cli.notices import in_a_line
from tidewaiter.exchange.protocol.markings import Tlp
from tidewaiter.exchange.recalls import Reason
from tidewaiter.exchange.requests.checks import check_request
from tidewaiter.exchange.requests.state import Asking, marking_of_answer, new_id
from tidewaiter.exchange.requests.types import (
    Answer,
    Delay,
    Ground,
    Refusal,
    Request,
    Withdrawal,
)
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.reconcile import check_complete
from tidewaiter.store.peers.statements import destroyed_of
from tidewaiter.store.recalls.compliance import Custody, hold, lift, pass_on
from tidewaiter.store.recalls.issued import Recalling, Why, is_over
from tidewaiter.store.recalls.issued import items as kept_items
from tidewaiter.store.recalls.issued import recall as recall_item
from tidewaiter.store.recalls.issued import recalls as kept_recalls
from tidewaiter.store.requests import KINDS, find_request, say_to_request
from tidewaiter.store.requests import ask as ask_peer
from tidewaiter.store.requests import requests as kept_requests

_json = click.option("--json", "as_json", is_flag=True, help="Print complete JSON.")
_asker = click.argument("asker")
_request = click.argument("request")
_why = click.argument("why")
_items = click.option(
    "--item",
    "items",
    type=click.IntRange(1),
    multiple=True,
    metavar="NUMBER",
    help="Number of an item of the request.",
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MOST = 1 << 20  # bytes of a file


@click.group()
def requests() -> None:
    """Request information or legal assistance from peers, and reply to their requests.

    No reply is not a reply: a request past its deadline stays overdue until it is answered, refused
    or withdrawn.

    Example: tidewaiter requests ask request.json --to tidewaiter/b1 --db node.db
    """


@requests.command()
@click.argument("path", type=_FILE)
@click.option("--to", "peer", required=True, metavar="NODE", help="Node ID of the recipient.")
@needs_db
def ask(path: Path, peer: str, db: str) -> None:
    """Send the request in PATH; sender, recipient, date and ID are filled in.

    Example: tidewaiter requests ask request.json --to tidewaiter/b1 --db node.db
    """
    stamp = own_stamp()
    with desk_at(db) as desk:
        filled = {"asker": desk.node, "asked": peer, "day": stamp.at.date().isoformat()}
        request = _read(path, filled)
        wrong = check_request(request, stamp.at.date())
        for each in wrong:
            click.echo(as_line(in_a_line(each)), err=True)
        if wrong:
            raise InputError("cli/request-not-sent", at=str(path))
        with desk.database.work(stamp) as work:
            ask_peer(work, desk.ring.lock, desk.node, request)
    click.echo(as_line(f"{request.asker}\t{request.id}"))


@requests.command(name="list")
@needs_db
@_json
def list_(db: str, *, as_json: bool) -> None:
    """List requests, most recently active first.

    Example: tidewaiter requests list --db node.db
    """
    today = own_stamp().at.date()
    with desk_at(db) as desk, desk.database.work() as work:
        found = kept_requests(work, desk.ring.lock)
    hint = "send a request with tidewaiter requests ask FILE --to NODE"
    for _, each in found_or_hint(found, hint):
        click.echo(english_json(each) if as_json else as_line(_request_line(each, today)))


@requests.command()
@_asker
@_request
@needs_db
@_json
def show(asker: str, request: str, db: str, *, as_json: bool) -> None:
    """Show REQUEST of the node ASKER: the questions and the replies.

    Example: tidewaiter requests show tidewaiter/a1 3f2a --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        known = find_request(work, desk.ring.lock, asker, request)
        gone = destroyed_of(work, KINDS, asker, request)
    if as_json:
        click.echo(english_json(known))
        return
    for line in _shown(known, own_stamp().at.date()):
        click.echo(as_line(line))
    if gone:
        click.echo(f"note: recalled by its source and destroyed here: {gone}")


@requests.command()
@_asker
@_request
@click.argument("text")
@_items
@click.option(
    "--partly",
    type=click.IntRange(1),
    multiple=True,
    metavar="NUMBER",
    help="Number of an item that is answered in part.",
)
@click.option(
    "--bundle",
    "bundles",
    multiple=True,
    metavar="SHA256",
    help="An evidence bundle that belongs to the reply.",
)
@click.option(
    "--tlp",
    type=click.Choice(get_args(Tlp)),
    help="TLP label of the reply (default: that of the request).",
)
@needs_db
def answer(asker: str, request: str, text: str, db: str, tlp: Tlp | None, **told: Any) -> None:
    """Reply to REQUEST of the node ASKER with TEXT; it may be used only for the stated purpose.

    Example: tidewaiter requests answer tidewaiter/a1 3f2a "Paint works Alfa" --item 1 --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        first = find_request(work, desk.ring.lock, asker, request)
        marking = marking_of_answer(first, tlp)
        said = Answer(**_of(asker, request), text=text, marking=marking, **told)
        known = say_to_request(work, desk.ring.lock, desk.node, said)
    _tell(known)


@requests.command()
@_asker
@_request
@_why
@_items
@click.option(
    "--ground", required=True, type=click.Choice(get_args(Ground)), help="Ground for refusal."
)
@needs_db
def refuse(asker: str, request: str, why: str, db: str, **told: Any) -> None:
    """Refuse items of REQUEST of the node ASKER; the reason WHY is sent with the refusal.

    Example: tidewaiter requests refuse tidewaiter/a1 3f "Bank law" --item 2 --ground law --db n.db
    """
    _say(db, Refusal(**_of(asker, request), why=why, **told))


@requests.command()
@_asker
@_request
@click.option("--until", type=Day(), help="Date by which you expect to reply.")
@click.option("--needs", default="", help="What must be provided or done first.")
@click.option("--reason", "why", default="", help="Why.")
@needs_db
def delay(asker: str, request: str, db: str, **told: Any) -> None:
    """Notify the node ASKER that the reply to REQUEST is delayed, or needs something first.

    Example: tidewaiter requests delay tidewaiter/a1 3f2a --needs "a court order" --db node.db
    """
    _say(db, Delay(**_of(asker, request), **told))


@requests.command()
@_request
@_why
@needs_db
def withdraw(request: str, why: str, db: str) -> None:
    """Withdraw REQUEST of this node; the reason WHY is sent to the recipient.

    Example: tidewaiter requests withdraw 3f2a "It was found." --db node.db
    """
    with desk_at(db) as desk:
        own = desk.node
    _say(db, Withdrawal(**_of(own, request), why=why))


def _of(asker: str, request: str) -> dict[str, Any]:
    return {"id": new_id(), "asker": asker, "request": request}


def _say(db: str, said: Refusal | Delay | Withdrawal) -> None:
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        known = say_to_request(work, desk.ring.lock, desk.node, said)
    _tell(known)


def _tell(known: Asking) -> None:
    click.echo(as_line(_request_line(known, own_stamp().at.date())))


def _request_line(known: Asking, today: date) -> str:
    start = f"{known.asker}\t{known.id}"
    if known.request is None:
        return f"{start}\tnot available: not received yet, or recalled"
    body = known.request.body
    due = f", reply by {body.deadline}" if body.deadline else ""
    late = known.overdue(today)
    over = f", {late} days overdue" if late else ""
    return f"{start}\t{body.kind}\tto {body.asked}\t{known.state}{due}{over}"


def _shown(known: Asking, today: date) -> Iterator[str]:
    yield _request_line(known, today)
    if known.request is not None:
        body = known.request.body
        yield f"TLP:{body.marking.tlp.upper()}, only for {body.purpose}"
        basis = "; ".join(filter(None, (body.instrument, body.basis, body.authority)))
        yield f"legal basis: {basis}"
        yield body.facts
        for item in body.items:
            yield f"{item.number}. {item.text} [{known.items[item.number]}]"
    for answer_ in known.answers:
        numbers = ", ".join(map(str, (*answer_.body.items, *answer_.body.partly)))
        yield f"{answer_.at[:16]} reply to {numbers}: {answer_.body.text}"
    for refusal in known.refusals:
        numbers = ", ".join(map(str, refusal.body.items))
        yield f"{refusal.at[:16]} {numbers} refused ({refusal.body.ground}): {refusal.body.why}"
    for delay_ in known.delays:
        until = (
            f"reply expected by {delay_.body.until}"
            if delay_.body.until
            else f"reply needs first: {delay_.body.needs}"
        )
        yield f"{delay_.at[:16]} {until}. {delay_.body.why}"
    if known.withdrawal:
        yield f"{known.withdrawal.at[:16]} withdrawn: {known.withdrawal.body.why}"
    for other in known.unheeded:
        yield f"note: a message from {other.said.sender} was ignored: {other.why}"


def _read(path: Path, filled: dict[str, str]) -> Request:
    """Read a request from a file.

    Args:
        path: The file.
        filled: Values that are filled in; an ID is generated if there is none.

    Raises:
        InputError: The file is not a valid request.
    """
    if path.stat().st_size > _MOST:
        raise InputError("cli/request-file-too-large", at=str(path))
    try:
        told = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        return msgspec.convert({"id": new_id(), **told, **filled}, Request)
    except msgspec.MsgspecError as error:
        raise InputError("cli/not-a-request", error=error, at=str(path)) from error


_item = click.argument("item")
_rows = click.option(
    "--rows",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Maximum number to list.",
)


@click.command()
@_item
@click.option("--reason", required=True, type=click.Choice(get_args(Reason)), help="Why.")
@click.option("--basis", default="", help="Legal basis or order for the recall.")
@click.option("--note", default="", help="Details.")
@click.option(
    "--from",
    "only",
    multiple=True,
    metavar="NODE",
    help="Recall the message only from this peer (default: from every recipient).",
)
@needs_db
def recall(item: str, db: str, only: tuple[str, ...], **told: str) -> None:
    """Recall ITEM, a message from this node, from every recipient.

    Messages that have not been sent yet are discarded. Recipients destroy the content, or report
    that a legal hold prevents it; see `tidewaiter recalls list`. This node keeps its own record.

    Example: tidewaiter recall 0198f0c2-... --reason wrong-recipient --db node.db
    """
    why = msgspec.convert(told, Why)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        done = recall_item(work, desk.ring.lock, desk.node, item, why, only=only)
    for each in done:
        click.echo(each)


@click.group(cls=Renamed, former={"passed": "shared"})
def recalls() -> None:
    """Track recalls, and place or lift legal holds on messages that peers recall.

    Example: tidewaiter recalls list --db node.db
    """


@recalls.command(name="list")
@needs_db
@_rows
@_json
def list_recalls(db: str, rows: int, *, as_json: bool) -> None:
    """List recalls by this node and by peers, newest first.

    Example: tidewaiter recalls list --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        found = kept_recalls(work, desk.ring.lock, rows=rows)
    today = own_stamp().at.date()
    for each in found_or_hint(found, "recall a message with tidewaiter recall ITEM"):
        click.echo(english_json(each) if as_json else as_line(_recall_line(each, desk.node, today)))


@recalls.command()
@needs_db
@click.option("--came", is_flag=True, help="List received messages (default: sent messages).")
@click.option(
    "--with", "node", default="", metavar="NODE", help="Only messages exchanged with this peer."
)
@_rows
@_json
def items(db: str, node: str, rows: int, *, came: bool, as_json: bool) -> None:
    """List messages with the IDs by which they can be recalled or held, newest first.

    Example: tidewaiter recalls items --with tidewaiter/b1 --db node.db
    """
    with open_database(db) as database, database.work() as work:
        check_complete(work)
        found = kept_items(work, came=came, node=node, rows=rows)
    hint = "without --came sent messages are listed, with it received ones"
    for each in found_or_hint(found, hint):
        line = f"{each.id}\t{each.at[:16]}\t{each.peer}\t{each.kind}\t{each.about}\t{each.state}"
        click.echo(english_json(each) if as_json else as_line(line))


@recalls.command(name="hold")
@_item
@click.option("--basis", required=True, help="Legal basis or order; the source is notified of it.")
@click.option("--until", type=Day(), help="Last day of the hold, if known.")
@click.option(
    "--case",
    type=click.IntRange(1),
    help="A case under legal hold; its hold also keeps the message, for as long as it lasts.",
)
@needs_db
def hold_(item: str, basis: str, until: date | None, case: int | None, db: str) -> None:
    """Place a legal hold on ITEM, a received message, so that a recall does not destroy it.

    Example: tidewaiter recalls hold 0198f0c2-... --basis "Order 12/26" --case 7 --db node.db
    """
    custody = Custody(basis=basis, until=until, case=case)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        hold(work, desk.ring.lock, item, custody)
    click.echo("held")


@recalls.command(name="lift")
@_item
@needs_db
def lift_(item: str, db: str) -> None:
    """Lift the legal hold on ITEM; if it was recalled in the meantime, it is destroyed.

    Example: tidewaiter recalls lift 0198f0c2-... --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        became = lift(work, desk.ring.lock, desk.node, item)
    click.echo(became or "not recalled")


@recalls.command(name="shared")
@_item
@click.option(
    "--to", "others", type=click.IntRange(0), required=True, help="Number of onward recipients."
)
@click.option(
    "--asked",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Number of them who have been asked to destroy it.",
)
@needs_db
def passed(item: str, others: int, asked: int, db: str) -> None:
    """Report that ITEM, a received message, was shared onward; a recall then reports this.

    Example: tidewaiter recalls shared 0198f0c2-... --to 3 --asked 2 --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        became = pass_on(work, desk.ring.lock, item, others, asked, own=desk.node)
    click.echo(became or "not recalled")


def _recall_line(told: Recalling, own: str, today: date) -> str:
    who = f"from {told.peer}" if told.source == own else f"by {told.source}"
    line = f"{told.item}\t{told.kind} {told.about}".rstrip()
    line += f"\t{who}\t{told.reason}\t{told.asked[:16]}\t{_became(told, own)}"
    if told.outcome and told.outcome.basis:
        until = f" until {told.outcome.until}" if told.outcome.until else ""
        line += f" ({told.outcome.basis}{until})"
    if is_over(told, today):
        line += ", the hold has ended"
    if told.outcome and told.outcome.reshared:
        line += (
            f", shared onward with {told.outcome.reshared}, of whom {told.untold} were not asked"
        )
    return line


def _became(told: Recalling, own: str) -> str:
    if told.standing == "asked":
        return "no reply since" if told.source == own else "asked"
    return told.standing.replace("-", " ")
