"""An installation that is a node of the exchange, and a node that it meets."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import structs
from tests.support.exchange import incident
from tests.support.peers import Party, found_party
from tests.web.noticing import fill_notices
from tests.web.registering import fill_register

from tidewaiter.exchange.private.messages import Question
from tidewaiter.exchange.protocol.keyring import About
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.node.identity import key_file, own_key, ring_file
from tidewaiter.store.core.database import Stamp
from tidewaiter.store.feeds import make_feed
from tidewaiter.store.groups import make_group
from tidewaiter.store.incidents import send_incident
from tidewaiter.store.peers.channel import conversation
from tidewaiter.store.private.questions import add_received
from tidewaiter.transport.context import desk_of
from tidewaiter.transport.peers import found_node
from tidewaiter.web.core.node import Node
from tidewaiter.web.peers.schemas import peer_key


def make_node(node: Node, name: str = "Customs of Aland") -> Party:
    """Make an installation a node, unless it is one; its keys are next to its key."""
    if not ring_file().exists():
        about = About(
            node=own_key(key_file()).name,
            name=name,
            country="AX",
            role="authority",
            endpoints=("https://node.aland.example:8478",),
        )
        roots = ring_file().parent / f"roots-{secrets.token_hex(4)}"
        roots.mkdir()
        found_node(node.database, ring_file(), roots, about, _stamp())
    desk = desk_of(node.database, ring_file())
    made = Party(desk, [], b"")
    made.chain = made.documents()
    return made


def meet(node: Node, folder: Path, name: str = "bergen") -> tuple[Party, Party]:
    """Let an installation and another node be in an active relation; return both."""
    own, other = make_node(node), found_party(name, folder)
    own.meet(other)
    other.meet(own)
    return own, other


def fill_exchange(node: Node) -> dict[str, list[Any]]:
    """Let an installation exchange with a node that has written to it.

    Returns:
        What is there, by the part of a path that names it.
    """
    own, other = meet(node, Path(node.serving.db).parent)
    notices = fill_notices(node, own, other)
    seen = incident(
        id="S-17", owner=other.name, parties=(), settled=(), marking=Marking(tlp="amber")
    )
    for party, told, to in (
        (other, seen, own),
        (own, structs.replace(seen, owner=own.name), other),
    ):
        with party.desk.database.work(party.desk.stamp()) as work:
            send_incident(work, party.desk.ring.lock, party.name, told, [to.name])
    other.say(own, "Please call about notice 17.")
    own.say(other, "We call tomorrow.")
    other.send(own)
    own.send(other)
    other.desk.database.close()
    with node.database.work(_stamp()) as work:
        talk = conversation(work, other.name, own.desk.ring.lock, own.desk.ring.openers())
        group = make_group(work, "Precursors")
        feed = make_feed(work, "Monitoring", "organisation", "warning")
        question = Question(offer="0" * 32, purpose="control", points=b"")
        asked = add_received(work, other.name, question, "m-9", "off")
    return {
        **notices,
        "/incidents/{number}": [1, 2],
        "/peers/{key}": [peer_key(other.name)],
        "/peers/{key}/evidence/{message}": [each.id for each in talk],
        "/groups/{group}": [group.id],
        **fill_register(node),
        "/private/{number}": [asked],
        "/feeds/{feed}": [feed.collection.id],
    }


def _stamp() -> Stamp:
    return Stamp(who="account 1", at=datetime(2026, 11, 25, 12, tzinfo=UTC))
