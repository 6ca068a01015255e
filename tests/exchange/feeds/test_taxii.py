"""TAXII 2.1 resources: pages that lose nothing, and markings that hold at every address."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.feeds.samples import AUTHOR, REGISTRY, edge, known
from tests.support.exchange import changed, incident, party

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.feeds import taxii
from tidewaiter.exchange.feeds.stix import Marked, stix_objects
from tidewaiter.exchange.feeds.stix_extensions import moment
from tidewaiter.exchange.feeds.taxii import (
    Change,
    Collection,
    Counter,
    Item,
    Query,
    accepts,
    added_at,
    parse_query,
    restock,
)
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.protocol.markings import Marking

GREEN = Marking(tlp="green", pap="green", reshare=True)
RED = Marking(tlp="red")
NOW = "2026-11-26T10:00:00.000000Z"
FEED = Collection(
    id="91a7b528-80eb-42ed-a74d-c6fbd5a26116", title="Incidents", edge=edge("community")
)
TYPE = "application/taxii+json;version=2.1"


def _object(number: int, modified: str = "2026-11-01T00:00:00.000Z") -> dict[str, str]:
    return {
        "type": "incident" if number % 2 else "identity",
        "spec_version": "2.1",
        "id": f"incident--{number}",
        "modified": modified,
    }


def _items(markings: list[Marking]) -> list[Item]:
    told = [
        Marked(object=_object(number), marking=marking, own=True)
        for number, marking in enumerate(markings)
    ]
    return list(restock(FEED, (), "north/x", told, now=NOW, last=Counter()).new)


def _body(reply: taxii.Reply) -> Any:
    assert reply.headers["Content-Type"] == TYPE
    return msgspec.json.decode(reply.body)


def _query(**asked: str) -> Query:
    names = {"added_after", "limit", "next"}
    return parse_query(
        (name if name in names else f"match[{name}]", text) for name, text in asked.items()
    )


def test_discovery_and_the_api_root() -> None:
    """They contain what the standard requires, and the version."""
    told = _body(taxii.discovery("Northland", ["/taxii2/root/"], contact="x@example.org"))
    assert told == {
        "title": "Northland",
        "contact": "x@example.org",
        "api_roots": ["/taxii2/root/"],
        "default": "/taxii2/root/",
    }
    assert _body(taxii.discovery("Northland", [])) == {"title": "Northland"}
    root = _body(taxii.api_root("Incidents"))
    assert root == {"title": "Incidents", "versions": [TYPE], "max_content_length": 1}


def test_a_collection_is_read_and_never_written() -> None:
    """A client cannot write, and gets an error; no collections give an empty resource."""
    told = _body(taxii.collection(FEED))
    assert told == {
        "id": FEED.id,
        "title": "Incidents",
        "can_read": True,
        "can_write": False,
        "media_types": ["application/stix+json;version=2.1"],
    }
    assert _body(taxii.collections([FEED])) == {"collections": [told]}
    assert _body(taxii.collections([])) == {}


@given(
    allowed=st.lists(st.booleans(), max_size=12),
    limit=st.integers(1, 5),
    by_time=st.booleans(),
    manifest=st.booleans(),
)
def test_pages_lose_nothing_and_repeat_nothing(
    allowed: list[bool], limit: int, *, by_time: bool, manifest: bool
) -> None:
    """Page by page, by `next` or by time, a client gets each object that it may have, once."""
    items = _items([GREEN if each else RED for each in allowed])
    ask = taxii.manifest if manifest else taxii.objects
    got: list[str] = []
    asked: dict[str, str] = {}
    for _ in range(len(allowed) + 1):
        reply = ask(FEED, reversed(items), _query(limit=str(limit), **asked))
        page = _body(reply)
        got += [each["id"] for each in page.get("objects", ())]
        assert len(page.get("objects", ())) <= limit
        if not page.get("more"):
            break
        last = reply.headers["X-TAXII-Date-Added-Last"]
        asked = {"added_after": last} if by_time else {"next": page["next"]}
    assert got == [f"incident--{number}" for number, each in enumerate(allowed) if each]


def test_what_a_marking_forbids_is_at_no_address() -> None:
    """Not as an object, not by its id, not in the manifest, not as a version."""
    items = _items([RED])
    for reply in (
        taxii.objects(FEED, items, Query()),
        taxii.manifest(FEED, items, Query()),
        taxii.objects(FEED, items, Query(ids=("incident--0",), versions=("all",))),
    ):
        assert _body(reply) == {}
        assert "X-TAXII-Date-Added-First" not in reply.headers
    for one in (
        taxii.an_object(FEED, items, "incident--0", Query()),
        taxii.versions(FEED, items, "incident--0", Query()),
    ):
        assert (one.status, _body(one)["http_status"]) == (404, "404")
    restricted = [changed(each, marking=GREEN, restricted=True) for each in items]
    assert _body(taxii.objects(FEED, restricted, Query())) == {}
    other = changed(FEED, id="another")
    assert _body(taxii.objects(other, _items([GREEN]), Query())) == {}


def test_versions_and_the_manifest() -> None:
    """The last version is returned unless another is requested; all have an address."""
    moments = [f"2026-11-0{day}T00:00:00.000Z" for day in (1, 2, 3)]
    told = [Marked(object=_object(1, each), marking=GREEN, own=True) for each in moments]
    items = restock(FEED, (), "x", told, now=NOW, last=Counter()).new

    def got(version: str) -> list[str]:
        page = _body(taxii.objects(FEED, items, _query(version=version)))
        return [each["modified"] for each in page.get("objects", ())]

    assert got("last") == moments[2:]
    assert got("first") == moments[:1]
    assert got("all") == moments
    assert got(f"first,{moments[1]}") == moments[:2]
    assert got("2020-01-01T00:00:00.000Z") == []
    assert _body(taxii.versions(FEED, items, "incident--1", Query())) == {"versions": moments}
    one = _body(taxii.an_object(FEED, items, "incident--1", Query()))
    assert [each["modified"] for each in one["objects"]] == moments[2:]
    assert _body(taxii.manifest(FEED, items, Query()))["objects"] == [
        {
            "id": "incident--1",
            "date_added": "2026-11-26T10:00:00.000002Z",
            "version": moments[2],
            "media_type": "application/stix+json;version=2.1",
        }
    ]


def test_filters() -> None:
    """By type, id and version of the standard; what is named together must hold together."""
    items = _items([GREEN] * 4)

    def got(**asked: str) -> list[str]:
        page = _body(taxii.objects(FEED, items, _query(**asked)))
        return [each["id"][-1] for each in page.get("objects", ())]

    assert got(type="incident") == ["1", "3"]
    assert got(type="incident,identity", id="incident--0,incident--1") == ["0", "1"]
    assert got(spec_version="2.0") == []
    assert got(spec_version="2.0,2.1") == ["0", "1", "2", "3"]
    assert got(added_after=items[2].added) == ["3"]


@pytest.mark.parametrize(
    "parameters",
    [
        [("limit", "0")],
        [("limit", "-1")],
        [("limit", "x")],
        [("limit", "")],
        [("next", "abc")],
        [("next", "")],
        [("added_after", "yesterday")],
        [("added_after", "2026-13-01T00:00:00Z")],
        [("limit", "1"), ("limit", "2")],
        [("match[version]", "all,last")],
        [("match[version]", "last,last")],
        [("match[version]", "newest")],
        [("match[type]", "incident,,identity")],
    ],
)
def test_a_malformed_query_is_refused(parameters: list[tuple[str, str]]) -> None:
    """The standard requires 400 then; unknown parameters are ignored."""
    with pytest.raises(InputError):
        parse_query(parameters)
    assert parse_query([("colour", "blue"), ("match[colour]", "blue")]) == Query()


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (TYPE, True),
        ("application/taxii+json", True),
        ("application/taxii+json; version=2.1", True),
        ('text/html, application/taxii+json;version="2.1";q=0.5', True),
        ("application/taxii+json;version=2.0", False),
        ("application/json", False),
        ("*/*", True),
        ("application/*;q=0.1", True),
        ("text/*", False),
        ("", False),
        ("application/taxii+json;q=0", False),
    ],
)
def test_a_client_says_that_it_takes_taxii(header: str, *, taken: bool) -> None:
    """Without a TAXII media range the answer is 406."""
    assert accepts(header) == taken


@given(clocks=st.lists(st.datetimes(timezones=st.just(moment(NOW).tzinfo)), min_size=1, max_size=8))
def test_no_two_items_share_a_moment(clocks: list[Any]) -> None:
    """Whatever the clock does, moments grow."""
    last, got = None, []
    for clock in clocks:
        last = added_at(clock.isoformat(), last)
        got.append(moment(last))
    assert got == sorted(set(got))


def _told(*versions: Incident) -> list[Marked]:
    return stix_objects(known(*versions), AUTHOR, FEED.edge, REGISTRY, node="north")


def _apply(items: list[Item], change: Change) -> list[Item]:
    return [each for each in items if each.seq not in change.gone] + list(change.new)


def test_a_stricter_version_takes_the_one_before_away() -> None:
    """An incident that became TLP:RED leaves the edge; an identical repeat changes nothing."""
    first = incident(marking=GREEN, parties=(party(marking=GREEN),))
    items = list(restock(FEED, (), "x", _told(first), now=NOW, last=Counter()).new)
    assert b"Alpha Trading" in taxii.objects(FEED, items, Query()).body
    last = Counter(seq=items[-1].seq, added=items[-1].added)
    again = restock(FEED, items, "x", _told(first), now=NOW, last=last)
    assert (again.gone, again.new) == ((), ())
    second = changed(first, version=2, status="updated", changed="x", parties=())
    without = _apply(items, restock(FEED, items, "x", _told(first, second), now=NOW, last=last))
    body = taxii.objects(FEED, without, Query(versions=("all",))).body
    assert b"Alpha Trading" not in body
    assert b'"incident"' in body
    third = changed(second, version=3, marking=RED)
    shut = restock(FEED, without, "x", _told(first, second, third), now=NOW, last=last)
    assert len(shut.gone) == len(without)
    assert _apply(without, shut) == []
