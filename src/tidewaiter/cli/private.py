"""The command `tidewaiter private`: private questions about parties, without naming them."""

from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import (
    FILE,
    found_or_hint,
    held,
    json_option,
    needs_db,
    rows_option,
)
from tidewaiter.cli.core.party_options import Known, party_options
from tidewaiter.exchange.private.intersection import Party
from tidewaiter.exchange.private.messages import DAYS, MOST_BUDGET, SAYS, SLOTS
from tidewaiter.exchange.protocol.markings import Purpose
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.network.resolution import take_up
from tidewaiter.store.core.database import open_database
from tidewaiter.store.private.offers import PARTS, end_offer, offers
from tidewaiter.store.private.questions import Found, Line, Shown, ask, find_question, questions
from tidewaiter.transport.private import Allowing, allow

_PURPOSES = click.Choice(get_args(Purpose))
_HIT = (
    "a match is not evidence: ask openly, by a request that a person approves (tidewaiter requests)"
)


@click.group()
def private() -> None:
    """Ask a peer whether it has seen a party without naming the party, and let peers ask.

    A peer may ask only after you allow it. A match is not evidence: it is a reason to send an
    ordinary request.

    Example: tidewaiter private list --db node.db
    """


@private.command(name="allow")
@click.argument("node")
@click.option(
    "--budget",
    type=click.IntRange(SLOTS, MOST_BUDGET),
    default=3 * SLOTS,
    show_default=True,
    help=f"Keys per day; each question uses {SLOTS}.",
)
@click.option(
    "--purpose",
    "purposes",
    type=_PURPOSES,
    multiple=True,
    required=True,
    help="Permitted purpose; can be repeated.",
)
@click.option(
    "--from",
    "parts",
    type=click.Choice(PARTS),
    multiple=True,
    default=("confirmed",),
    show_default=True,
    help="Parties that are searched: those of confirmed alerts, those of alerts in cases, "
    "and name variants joined to these; can be repeated.",
)
@click.option(
    "--days",
    type=click.IntRange(1, DAYS),
    default=30,
    show_default=True,
    help="How long the permission lasts.",
)
@needs_db
def allow_(
    node: str, *, budget: int, purposes: tuple[Purpose, ...], parts: Any, days: int, db: str
) -> None:
    """Allow NODE to ask private questions for some days; this replaces any earlier permission.

    Replies are made from the parties stored now. Allow it again to include parties confirmed later.

    Example: tidewaiter private allow tidewaiter/b1 --purpose investigation --db node.db
    """
    allowing = Allowing(
        peer=node,
        budget=budget,
        purposes=tuple(dict.fromkeys(purposes)),
        days=days,
        parts=frozenset(parts),
    )
    with desk_at(db) as desk:
        if "joined" in allowing.parts:
            take_up(desk.database, own_stamp)
        done = allow(desk, own_stamp(), allowing)
    told = f"{how_many(done.keys, 'key')} of {how_many(done.parties - done.keyless, 'party')}"
    click.echo(as_line(f"{node}\tuntil {done.offer.until}\t{budget} keys a day\t{told}"))
    if done.keyless:
        click.echo(
            (
                f"note: {how_many(done.keyless, 'party')} cannot be found, without an "
                "identifier, e-mail or other key"
            ),
            err=True,
        )


@private.command()
@click.argument("node")
@needs_db
def deny(node: str, db: str) -> None:
    """End the permission of NODE to ask; the secret used for the replies is destroyed.

    Example: tidewaiter private deny tidewaiter/b1 --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        end_offer(work, desk.ring.lock, node)


@private.command(name="ask")
@click.argument("node")
@click.option("--purpose", type=_PURPOSES, required=True, help="Purpose; the peer sees it.")
@click.option("--name", default="", help="Name of the party; used together with a postcode.")
@click.option("--country", default="", help="Country of the party (two letters).")
@click.option("--file", "path", type=FILE, help="A file of parties, one JSON record per line.")
@party_options
@needs_db
def ask_(
    node: str,
    *,
    purpose: Purpose,
    name: str,
    country: str,
    path: Path | None,
    known: Known,
    db: str,
) -> None:
    """Ask NODE whether it has seen one party, or several that fit into one question.

    The reply arrives as a message; see `tidewaiter private show`.

    Example: tidewaiter private ask tidewaiter/b1 --purpose control --email a@b.example --db n.db
    """
    parties = [*_said(name, country, known), *(_read(path) if path else ())]
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        shown = ask(work, desk.ring.lock, node, parties, purpose)
    click.echo(as_line(_line(shown.line)))


@private.command(name="list")
@needs_db
@rows_option
@json_option
def list_(db: str, rows: int, *, as_json: bool) -> None:
    """List permissions and questions, newest first.

    Example: tidewaiter private list --db node.db
    """
    with open_database(db) as database, database.work() as work:
        allowed, asked = offers(work, rows=rows), questions(work, rows=rows)
    found_or_hint((*allowed, *asked), "let a peer ask with tidewaiter private allow NODE")
    if as_json:
        for each in (*allowed, *asked):
            click.echo(english_json(each))
        return
    for offer in allowed:
        who = "may ask" if offer.side == "holder" else "may be asked"
        told = f"{offer.peer}\t{who}\t{offer.state}\tuntil {offer.until}"
        click.echo(as_line(f"{told}\t{offer.budget} keys a day"))
    for line in asked:
        click.echo(as_line(_line(line)))


@private.command()
@click.argument("number", type=click.IntRange(1))
@needs_db
@json_option
def show(number: int, db: str, *, as_json: bool) -> None:
    """Show question NUMBER: what was asked, and what the peer has seen.

    Example: tidewaiter private show 3 --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        shown = find_question(work, desk.ring.lock, number)
    if as_json:
        click.echo(english_json(shown))
    else:
        _show(shown)


def _show(shown: Shown) -> None:
    click.echo(as_line(_line(shown.line)))
    for each in shown.parties:
        party = each.party
        told = party.name or " ".join("=".join(pair) for pair in party.numbers)
        click.echo(as_line(f"{told}\t{_became(shown.line, each)}"))
    if any(each.by for each in shown.parties):
        click.echo(f"note: {_HIT}", err=True)


def _became(line: Line, found: Found) -> str:
    if line.state != "answered":
        return line.state
    return f"match on: {', '.join(found.by)}" if found.by else "no match in the data searched"


def _line(line: Line) -> str:
    who = "asked" if line.side == "asker" else "incoming"
    code = f": {SAYS.get(line.code, line.code)}" if line.code else ""  # type: ignore[call-overload]
    told = f"{line.number}\t{line.at[:16]}\t{who}\t{line.peer}\t{line.purpose}"
    return f"{told}\t{line.slots} keys\t{line.state}{code}"


def _said(name: str, country: str, known: Known) -> list[Party]:
    numbers = tuple((each.scheme, each.value) for each in known.identifiers)
    if not (name or numbers):
        return []
    address = " ; ".join(known.addresses)
    return [Party(name=name, address=address, country=country.upper(), numbers=numbers)]


def _read(path: Path) -> list[Party]:
    """Read parties from a file.

    Raises:
        InputError: The file has other content.
    """
    found = []
    for number, text in enumerate(held(path).splitlines(), 1):
        try:
            found.append(msgspec.json.decode(text, type=Party))
        except msgspec.MsgspecError as error:
            at = f"{path}, line {number}"
            raise InputError("cli/not-a-party", error=error, at=at) from error
    return found
