"""TAXII 2.1: collections, their objects, queries, and the resources that clients read.

Source: TAXII Version 2.1, OASIS Standard, 10 June 2021, sections 1.6.8 and 3.4.

A collection holds what may be released now. A new version removes objects that it no longer has,
so that items with a stricter marking, and recalled ones, disappear.

All resources are read-only. Withheld items appear neither as objects nor in the manifest nor as
versions.

Source: TAXII Version 2.1, OASIS Standard, 10 June 2021; section numbers below refer to it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.feeds.release import Edge, why_not_leave
from tidewaiter.exchange.feeds.stix import MEDIA_TYPE as STIX
from tidewaiter.exchange.feeds.stix import Marked
from tidewaiter.exchange.feeds.stix_extensions import Json, microseconds, moment, tidy
from tidewaiter.exchange.protocol.markings import Marking

_FIELDS = {"id": "ids", "type": "types", "version": "versions", "spec_version": "spec_versions"}
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
_START = re.compile(r"0|[1-9][0-9]{0,17}")
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")
_WORDS = {"first", "last", "all"}
_KINDS = {"application/taxii+json", "application/*", "*/*"}


class Query(Record, frozen=True, kw_only=True):
    """A client's query."""

    added_after: str | None = None
    limit: int | None = None
    next: int | None = None  # number of the last item it has
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("last",)
    spec_versions: tuple[str, ...] = ()


def parse_query(parameters: Iterable[tuple[str, str]]) -> Query:
    """Parse query parameters; unknown ones are ignored, as the standard requires.

    Raises:
        InputError: Malformed or repeated parameter: answer 400.
    """
    found: dict[str, str] = {}
    for name, value in parameters:
        if name in found:
            raise InputError("exchange/parameter-twice", at=name)
        found[name] = value
    lists = {
        field: tuple(found[f"match[{name}]"].split(","))
        for name, field in _FIELDS.items()
        if f"match[{name}]" in found
    }
    for field, values in lists.items():
        if not all(values):
            raise InputError("exchange/parameter-empty", at=field)
    limit = _whole(found, "limit", _NUMBER, "write a whole number from 1")
    at = _whole(found, "next", _START, "write what the page before gave as next")
    return Query(
        added_after=_after(found.get("added_after")),
        limit=limit,
        next=at,
        ids=lists.get("ids", ()),
        types=lists.get("types", ()),
        versions=_version_filter(lists.get("versions", ("last",))),
        spec_versions=lists.get("spec_versions", ()),
    )


def accepts(header: str) -> bool:
    """Return whether a client accepts TAXII 2.1, by its `Accept` header.

    The standard requires the exact media type (3.1); wildcards match too (RFC 9110, 12.5.1).
    """
    return any(_takes(each) for each in header.split(","))


def _takes(range_: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in range_.split(";"))
    told = dict(part.split("=", 1) for part in parameters if "=" in part)
    version = told.get("version", "2.1").strip('"')
    return kind in _KINDS and version == "2.1" and not _refused(told)


def _refused(told: dict[str, str]) -> bool:
    """Return whether a media range has weight 0, which excludes it."""
    return re.fullmatch(r"0(\.0{0,3})?", told.get("q", "1")) is not None


def _whole(found: dict[str, str], name: str, form: re.Pattern[str], hint: str) -> int | None:
    if name not in found:
        return None
    if not form.fullmatch(found[name]):
        raise InputError("exchange/parameter-not-a-number", found=found[name], hint=hint, at=name)
    return int(found[name])


def _after(text: str | None) -> str | None:
    if text is not None:
        if not _STAMP.fullmatch(text):
            raise InputError("exchange/not-a-moment-of-taxii", text=text, at="added_after")
        moment(text)
    return text


def _version_filter(those: Sequence[str]) -> tuple[str, ...]:
    if len(set(those)) < len(those) or ("all" in those and len(those) > 1):
        raise InputError("exchange/versions-contradict", at="versions")
    for each in those:
        if each not in _WORDS and not _STAMP.fullmatch(each):
            raise InputError("exchange/not-a-version", each=each, at="versions")
    return tuple(those)


class Collection(Record, frozen=True, kw_only=True):
    """A collection."""

    id: str  # UUID version 4, assigned once
    title: str
    description: str = ""
    alias: str = ""
    edge: Edge


class Item(Record, frozen=True, kw_only=True):
    """A STIX object in a collection."""

    seq: int  # increasing within the collection, never reused
    added: str  # ISO 8601, UTC, to the microsecond; unique within the collection
    collection: str  # id of its only collection
    source: str  # its source, such as "north/inc-7"
    object: Json
    marking: Marking
    own: bool  # this node's own
    restricted: bool = False  # based on a restricted list entry


class Change(Record, frozen=True, kw_only=True):
    """Changes to write together."""

    gone: tuple[int, ...]  # numbers of the items to remove
    new: tuple[Item, ...]  # items to add


class Counter(Record, frozen=True, kw_only=True):
    """The last position of a collection."""

    seq: int = 0  # last number assigned
    added: str | None = None  # last moment assigned


def restock(
    one: Collection,
    items: Iterable[Item],
    source: str,
    told: Iterable[Marked],
    *,
    now: str,
    last: Counter,
) -> Change:
    """Return the changes of a collection for an updated source.

    Args:
        one: The collection.
        items: Its items from that source.
        source: The source, such as "north/inc-7".
        told: Objects that may be released now; empty: recalled or withheld.
        now: Current time; ISO 8601 with a zone.
        last: Position of the collection.
    """
    before = {_what(each): each for each in items}
    after = {_what(each): each for each in told}
    seq, added, new = last.seq, last.added, []
    for each in (after[key] for key in after if key not in before):
        seq, added = seq + 1, added_at(now, added)
        new.append(
            Item(
                seq=seq,
                added=added,
                collection=one.id,
                source=source,
                object=each.object,
                marking=each.marking,
                own=each.own,
                restricted=each.restricted,
            )
        )
    gone = sorted(before[key].seq for key in before if key not in after)
    return Change(gone=tuple(gone), new=tuple(new))


def added_at(now: str, last: str | None) -> str:
    """Return the timestamp of a new item: later than the previous one, whatever the clock says.

    So timestamps are unique, and a client that pages by them misses nothing.

    Args:
        now: Current time.
        last: Timestamp of the previous item in that collection; None: first item.
    """
    if last is None or moment(now) > moment(last):
        return microseconds(now)
    return microseconds((moment(last) + timedelta(microseconds=1)).isoformat())


def _what(each: Item | Marked) -> bytes:
    return msgspec.json.encode((each.object, each.marking, each.own, each.restricted))


MEDIA_TYPE = "application/taxii+json;version=2.1"
DISCOVERY = "/taxii2/"
PAGE = 100  # default number of objects per response
MOST = 1_000  # maximum number of objects per response
_LARGEST = 1  # accepted request size: none, but the standard requires a number above zero


class Reply(Record, frozen=True, kw_only=True):
    """A response for HTTP."""

    status: int = 200
    headers: Mapping[str, str]
    body: bytes


def discovery(title: str, roots: Sequence[str], *, contact: str = "") -> Reply:
    """Return the discovery resource (4.1)."""
    told = {"title": title, "contact": contact, "api_roots": list(roots)}
    return _reply(tidy(told | ({"default": roots[0]} if roots else {})))


def api_root(title: str, *, description: str = "") -> Reply:
    """Return the API root resource (4.2)."""
    told = {"title": title, "description": description, "versions": [MEDIA_TYPE]}
    return _reply({**tidy(told), "max_content_length": _LARGEST})


def collections(those: Iterable[Collection]) -> Reply:
    """Return the collections available to this client (5.1)."""
    return _reply(tidy({"collections": [_collection(each) for each in those]}))


def collection(one: Collection) -> Reply:
    """Return a collection resource (5.2)."""
    return _reply(tidy(_collection(one)))


def objects(one: Collection, items: Iterable[Item], query: Query) -> Reply:
    """Return a page of objects (5.4), or of an object's versions (5.6), oldest first."""
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
    """Return the versions of an object (5.8), in the order added."""
    asked = msgspec.structs.replace(query, ids=(id_,), versions=("all",))
    if not any(each.object["id"] == id_ for each in _visible(one, items)):
        return error(404, "there is no such object in this collection")
    page = _page(one, items, asked)
    return page.reply({"versions": [version_of(each) for each in page.items]})


def an_object(one: Collection, items: Iterable[Item], id_: str, query: Query) -> Reply:
    """Return an object (5.6): its latest version unless the query selects another."""
    found = [each for each in _visible(one, items) if each.object["id"] == id_]
    if not found:
        return error(404, "there is no such object in this collection")
    return objects(one, found, msgspec.structs.replace(query, ids=(id_,)))


def error(status: int, title: str, description: str = "") -> Reply:
    """Return an error resource (3.6)."""
    told = {"title": title, "description": description, "http_status": str(status)}
    return _reply(tidy(told), status=status)


def version_of(item: Item) -> str:
    """Return an object's version: its modification, creation or adding time (5.3.1)."""
    found: str = item.object.get("modified") or item.object.get("created") or item.added
    return found


class _Page(Record, frozen=True, kw_only=True):
    items: tuple[Item, ...]
    more: bool

    def reply(self, told: dict[str, list[Any]]) -> Reply:
        """Return a page as a response.

        The standard defines no `next` for manifest and versions; it is included because clients
        that page through them request it.
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
    """Return the readable items of a collection, oldest first, each version once."""
    found: dict[tuple[str, str], Item] = {}
    for each in sorted(items, key=lambda item: item.seq):
        held = why_not_leave(each.marking, one.edge, own=each.own, restricted=each.restricted)
        if each.collection == one.id and not held:
            found.setdefault((each.object["id"], version_of(each)), each)
    return list(found.values())


def _versions(items: Sequence[Item], query: Query) -> Iterator[Item]:
    """Yield the items with a requested version (3.4.1)."""
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
