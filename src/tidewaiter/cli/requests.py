"""The command `tidewaiter requests`: requests to peers, and their replies."""

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
from tidewaiter.cli.core.options import FILE, Day, found_or_hint, held, json_option, needs_db
from tidewaiter.cli.notices import in_a_line
from tidewaiter.exchange.protocol.markings import Tlp
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
from tidewaiter.store.peers.statements import destroyed_of
from tidewaiter.store.requests import KINDS, find_request, say_to_request
from tidewaiter.store.requests import ask as ask_peer
from tidewaiter.store.requests import requests as kept_requests

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


@click.group()
def requests() -> None:
    """Request information or legal assistance from peers, and reply to their requests.

    No reply is not a reply: a request past its deadline stays overdue until it is answered, refused
    or withdrawn.

    Example: tidewaiter requests ask request.json --to tidewaiter/b1 --db node.db
    """


@requests.command()
@click.argument("path", type=FILE)
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
@json_option
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
@json_option
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
    try:
        told = msgspec.json.decode(held(path), type=dict[str, Any])
        return msgspec.convert({"id": new_id(), **told, **filled}, Request)
    except msgspec.MsgspecError as error:
        raise InputError("cli/not-a-request", error=error, at=str(path)) from error
