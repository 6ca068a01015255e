"""TAXII: a client that others wrote reads incidents, and nothing that a marking holds back."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import taxii2client.v21 as taxii
from requests import HTTPError
from tests.support.exchange import changed, incident, party
from tests.support.peers import Party, found_party

from tidewaiter.accounts.roles import Right
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.protocol.keyring import About
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.relations import Relation
from tidewaiter.node.identity import ring_file
from tidewaiter.store.accounts.sessions import User, add_token
from tidewaiter.store.accounts.users import NewAccount, account_of, accounts, add_account
from tidewaiter.store.feeds import make_feed, remove_feed
from tidewaiter.store.incidents import send_incident
from tidewaiter.store.peers.directory import add_peer, set_relation
from tidewaiter.transport.peers import found_node
from tidewaiter.web.core.node import Node

GREEN, RED = Marking(tlp="green", reshare=True), Marking(tlp="red")
TYPE = {"Accept": "application/taxii+json;version=2.1"}


class House:
    """A node that serves its pages, one of its peers, and who reads its feed."""

    def __init__(self, address: str, node: Node, peer: Party) -> None:
        self.address, self.node, self.peer = address, node, peer

    def tell(self, told: Incident) -> None:
        """Tell the peer of an incident."""
        with self.node.exchange() as (desk, _):
            pass
        mine = changed(told, owner=desk.node)
        with self.node.change(None) as work:
            send_incident(work, desk.ring.lock, desk.node, mine, [self.peer.name])

    def feed(self, reach: str = "organisation") -> str:
        """Make a feed; return its id."""
        with self.node.change(None) as work:
            made = make_feed(work, f"For {reach}", reach, "control")  # type: ignore[arg-type]
        return made.collection.id

    def token(self, *rights: Right) -> str:
        """Return a token with these rights."""
        with self.node.change(None) as work:
            new = NewAccount(name=f"siem{len(accounts(work))}", role="supervisor")
            account = account_of(work, add_account(work, new).id)
            user = User(account=account, rights=frozenset(rights), session="")
            return add_token(work, user, "siem", rights, self.node.now() + timedelta(days=1))[1]

    def collection(self, feed: str) -> taxii.Collection:
        """Read a feed with the client."""
        url = f"{self.address}/taxii2/incidents/collections/{feed}/"
        return taxii.Collection(url, user="siem", password=self.token("feed"))


@pytest.fixture
def house(served: tuple[str, Node], tmp_path: Path) -> Iterator[House]:
    """Make the served installation a node with a peer."""
    address, node = served
    about = About(node="tidewaiter/here", name="Here", country="", role="authority")
    found_node(node.database, ring_file(), tmp_path / "roots", about, node.stamp(None))
    peer = found_party("bergen", tmp_path)
    with node.change(None) as work:
        add_peer(work, peer.chain)
        set_relation(work, peer.name, Relation(standing="active", confirmed="compared"))
    yield House(address, node, peer)
    peer.desk.database.close()


def _green(number: int, **more: Any) -> Incident:
    return incident(id=f"i-{number}", marking=GREEN, parties=(), settled=(), **more)


def _incidents(collection: taxii.Collection, **asked: Any) -> list[str]:
    pages = taxii.as_pages(collection.get_objects, per_request=40, **asked)
    found = [each for page in pages for each in page.get("objects", [])]
    return [each["name"] for each in found if each["type"] == "incident"]


def test_a_client_finds_its_way_and_reads_all_of_a_feed(house: House) -> None:
    """From the discovery to each page; the manifest names the same objects."""
    for number in range(12):
        house.tell(_green(number, title=f"Incident {number}"))
    feed = house.feed()
    server = taxii.Server(f"{house.address}/taxii2/", user="x", password=house.token("feed"))
    assert [each.id for each in server.default.collections] == [feed]
    collection = house.collection(feed)
    assert sorted(_incidents(collection)) == sorted(f"Incident {each}" for each in range(12))
    manifest = taxii.as_pages(collection.get_manifest, per_request=40)
    named = [each["id"] for page in manifest for each in page["objects"]]
    read = taxii.as_pages(collection.get_objects, per_request=40)
    assert named == [each["id"] for page in read for each in page["objects"]]
    assert len(named) > 40


def test_what_came_since_is_read_alone(house: House) -> None:
    """By the moment that the page before told; a new version is the newest thing there."""
    house.tell(_green(1, title="First"))
    collection = house.collection(house.feed())
    assert _incidents(collection) == ["First"]
    last = collection.get_manifest()["objects"][-1]["date_added"]
    assert _incidents(collection, added_after=last) == []
    house.tell(_green(1, title="First, corrected", version=2, changed="The title"))
    assert _incidents(collection, added_after=last) == ["First, corrected"]
    assert _incidents(collection) == ["First, corrected"]


def test_what_a_marking_holds_back_is_not_there(house: House) -> None:
    """A stricter version removes earlier objects; a party that must not be shared has none."""
    secret = party(marking=RED, name="Alpha Trading")
    house.tell(changed(_green(1, title="Open"), parties=(secret,)))
    house.tell(changed(_green(2, title="Closed"), marking=RED))
    collection = house.collection(house.feed())
    told = collection.get_objects()
    assert [each["name"] for each in told["objects"] if each["type"] == "incident"] == ["Open"]
    assert "Alpha Trading" not in str(told)
    stricter = changed(_green(1, title="Open", version=2, changed="The marking"), marking=RED)
    house.tell(stricter)
    assert collection.get_objects().get("objects") is None


def test_only_a_token_for_feeds_opens_them(house: House) -> None:
    """No token, one with other rights, a session's secret or a password in its place: refused."""
    feed = house.feed()
    url = f"{house.address}/taxii2/incidents/collections/{feed}/objects/"
    for asked in (url, f"{house.address}/taxii2/", f"{house.address}/taxii2"):
        stranger = httpx.get(asked, headers=TYPE)
        assert stranger.status_code == 401
        assert stranger.headers["www-authenticate"].startswith("Basic realm=")
        assert stranger.headers["content-type"].startswith("application/taxii+json")
        assert stranger.json()["http_status"] == "401"
    other = house.token("see")
    for told, status in ((f"x:{other}", 403), ("x:nothing", 401), ("nonsense", 401)):
        basic = base64.b64encode(told.encode()).decode()
        headers = {**TYPE, "Authorization": f"Basic {basic}"}
        assert httpx.get(url, headers=headers).status_code == status
    for name in ("x", "José", "税関"):  # any name, in the letters that the challenge names
        right = base64.b64encode(f"{name}:{house.token('feed')}".encode()).decode()
        headers = {**TYPE, "Authorization": f"Basic {right}"}
        assert httpx.get(url, headers=headers).status_code == 200
    # As a password it opens nothing else.
    queue = httpx.get(f"{house.address}/queue.json", headers=headers)
    assert queue.status_code in {303, 401}


def test_errors_are_those_of_the_standard(house: House) -> None:
    """A client that takes no TAXII, a feed that is none, an odd filter."""
    feed = house.feed()
    token = house.token("feed")
    bearer = {"Authorization": f"Bearer {token}"}
    root = f"{house.address}/taxii2/incidents/collections"
    html = {**bearer, "Accept": "text/html"}
    assert httpx.get(f"{root}/{feed}/", headers=html).status_code == 406
    odd = httpx.get(f"{root}/{feed}/objects/?limit=0", headers={**TYPE, **bearer})
    assert (odd.status_code, odd.json()["http_status"]) == (400, "400")
    assert odd.headers["content-type"] == "application/taxii+json;version=2.1"
    with house.node.change(None) as work:
        remove_feed(work, feed)
    with pytest.raises(HTTPError, match="404"):
        house.collection(feed).get_objects()
