"""TAXII 2.1: what was stored for an edge, as the resources that a client reads.

Nothing here can be written to, and what a marking forbids is not there: not as an object, not in
the manifest, not as a version.

Source: TAXII Version 2.1, OASIS Standard, 10 June 2021; the numbers below are its sections.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.edges.extensions import Json, tidy
from tidewaiter.exchange.edges.ids import moment
from tidewaiter.exchange.edges.queries import Query
from tidewaiter.exchange.edges.release import why_not_leave
from tidewaiter.exchange.edges.stix import MEDIA_TYPE as STIX
from tidewaiter.exchange.edges.stock import Collection, Item

MEDIA_TYPE = "application/taxii+json;version=2.1"
DISCOVERY = "/taxii2/"
PAGE = 100  # objects of an answer, where the client names no limit
MOST = 1_000  # objects of an answer
_LARGEST = 1  # bytes of a request that is taken: none, but the standard asks for more than zero


class Reply(Record, frozen=True, kw_only=True):
    """An answer for HTTP to carry."""

    status: int = 200
    headers: Mapping[str, str]
    body: bytes


def discovery(title: str, roots: Sequence[str], *, contact: str = "") -> Reply:
    """Tell what is served here (4.1)."""
    told = {"title": title, "contact": contact, "api_roots": list(roots)}
    return _reply(tidy(told | ({"default": roots[0]} if roots else {})))


def api_root(title: str, *, description: str = "") -> Reply:
    """Tell of an API root (4.2)."""
    told = {"title": title, "description": description, "versions": [MEDIA_TYPE]}
    return _reply({**tidy(told), "max_content_length": _LARGEST})


def collections(those: Iterable[Collection]) -> Reply:
    """Tell which collections there are for this client (5.1)."""
    return _reply(tidy({"collections": [_collection(each) for each in those]}))


def collection(one: Collection) -> Reply:
    """Tell of a collection (5.2)."""
    return _reply(tidy(_collection(one)))


def objects(one: Collection, items: Iterable[Item], query: Query) -> Reply:
    """Return a page of objects (5.4), or of the versions of one (5.6), oldest first."""
    page = _page(one, items, query)
    return page.reply({"objects": [each.object for each in page.items]})


def manifest(one: Collection, items: Iterable[Item], query: Query) -> Reply:
    """Return a page of the manifest (5.3), oldest first."""
    page = _page(one, items, query)
    rows = [
        {
            "id": each.object["id"],
            "date_added": each.added,
            "version": version_of(each),
            "media_type": STIX,
        }
        for each in page.items
    ]
    return page.reply({"objects": rows})


def versions(one: Collection, items: Iterable[Item], id_: str, query: Query) -> Reply:
    """Return the versions of an object (5.8), in the order in which they were added."""
    asked = msgspec.structs.replace(query, ids=(id_,), versions=("all",))
    if not any(each.object["id"] == id_ for each in _visible(one, items)):
        return error(404, "there is no such object in this collection")
    page = _page(one, items, asked)
    return page.reply({"versions": [version_of(each) for each in page.items]})


def an_object(one: Collection, items: Iterable[Item], id_: str, query: Query) -> Reply:
    """Return an object (5.6): its last version, where the query names no other."""
    found = [each for each in _visible(one, items) if each.object["id"] == id_]
    if not found:
        return error(404, "there is no such object in this collection")
    return objects(one, found, msgspec.structs.replace(query, ids=(id_,)))


def error(status: int, title: str, description: str = "") -> Reply:
    """Say what is wrong (3.6)."""
    told = {"title": title, "description": description, "http_status": str(status)}
    return _reply(tidy(told), status=status)


def version_of(item: Item) -> str:
    """Return the version of an object: when it was last changed, or made, or added (5.3.1)."""
    found: str = item.object.get("modified") or item.object.get("created") or item.added
    return found


class _Page(Record, frozen=True, kw_only=True):
    items: tuple[Item, ...]
    more: bool

    def reply(self, told: dict[str, list[Any]]) -> Reply:
        """Return the page as an answer.

        The manifest and the versions have no `next` in the standard; it is there all the same, as
        clients that page through them ask for it.
        """
        if not self.items:
            return _reply({})
        first, last = self.items[0], self.items[-1]
        headers = {
            "X-TAXII-Date-Added-First": first.added,
            "X-TAXII-Date-Added-Last": last.added,
        }
        on = {"more": True, "next": str(last.seq)} if self.more else {}
        return _reply({**on, **told}, headers)


def _page(one: Collection, items: Iterable[Item], query: Query) -> _Page:
    found = [each for each in _versions(_visible(one, items), query) if _matches(each, query)]
    limit = min(query.limit or PAGE, MOST)
    return _Page(items=tuple(found[:limit]), more=len(found) > limit)


def _visible(one: Collection, items: Iterable[Item]) -> list[Item]:
    """Return what of a collection its markings let be read, oldest first, each version once."""
    found: dict[tuple[str, str], Item] = {}
    for each in sorted(items, key=lambda item: item.seq):
        held = why_not_leave(each.marking, one.edge, own=each.own, restricted=each.restricted)
        if each.collection == one.id and not held:
            found.setdefault((each.object["id"], version_of(each)), each)
    return list(found.values())


def _versions(items: Sequence[Item], query: Query) -> Iterator[Item]:
    """Yield the items whose version is asked for (3.4.1)."""
    every: dict[str, list[str]] = {}
    for each in items:
        every.setdefault(each.object["id"], []).append(version_of(each))
    ends = {id_: (min(those), max(those)) for id_, those in every.items()}
    wanted = set(query.versions)
    for each in items:
        version, (first, last) = version_of(each), ends[each.object["id"]]
        named = {"first": first, "last": last, "all": version}
        if version in wanted or any(named.get(word) == version for word in wanted):
            yield each


def _matches(item: Item, query: Query) -> bool:
    told = item.object
    return (
        (not query.ids or told["id"] in query.ids)
        and (not query.types or told["type"] in query.types)
        and (not query.spec_versions or told.get("spec_version", "2.0") in query.spec_versions)
        and (query.added_after is None or moment(item.added) > moment(query.added_after))
        and (query.next is None or item.seq > query.next)
    )


def _collection(one: Collection) -> Json:
    return {
        "id": one.id,
        "title": one.title,
        "description": one.description,
        "alias": one.alias,
        "can_read": True,
        "can_write": False,
        "media_types": [STIX],
    }


def _reply(told: Json, headers: Mapping[str, str] | None = None, *, status: int = 200) -> Reply:
    all_ = {"Content-Type": MEDIA_TYPE, **(headers or {})}
    return Reply(status=status, headers=all_, body=msgspec.json.encode(told))
