"""TAXII 2.1: collections, the objects in them, queries, and the resources that clients read.

Source: TAXII Version 2.1, OASIS Standard, 10 June 2021, sections 1.6.8 and 3.4.

An edge holds what may leave now. A new version takes away whatever the one before had and this one
has not, so that what is marked more strictly, or was recalled, is no longer there.

Nothing here can be written to, and what a marking forbids is not there: not as an object, not in
the manifest, not as a version.

Source: TAXII Version 2.1, OASIS Standard, 10 June 2021; the numbers below are its sections.
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
    """What a client asks for."""

    added_after: str | None = None
    limit: int | None = None
    next: int | None = None  # the number of the last item that it has
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("last",)
    spec_versions: tuple[str, ...] = ()


def parse_query(parameters: Iterable[tuple[str, str]]) -> Query:
    """Read the parameters of an address; those that the standard does not know are let be.

    Raises:
        InputError: One is malformed, or stands twice. The answer is then 400.
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
    """Say whether a client takes TAXII 2.1, by its header `Accept`.

    The standard wants it named (3.1); a client that takes anything takes it too (RFC 9110, 12.5.1).
    """
    return any(_takes(each) for each in header.split(","))


def _takes(range_: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in range_.split(";"))
    told = dict(part.split("=", 1) for part in parameters if "=" in part)
    version = told.get("version", "2.1").strip('"')
    return kind in _KINDS and version == "2.1" and not _refused(told)


def _refused(told: dict[str, str]) -> bool:
    """Say whether a media range has the weight 0, which means: not this."""
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
    """What is read at one edge."""

    id: str  # a UUID of version 4, made once
    title: str
    description: str = ""
    alias: str = ""
    edge: Edge


class Item(Record, frozen=True, kw_only=True):
    """A STIX object that lies ready in one collection."""

    seq: int  # in the collection; it grows, and none is used again
    added: str  # ISO 8601, UTC, to the microsecond; no two of a collection are alike
    collection: str  # id of the only collection that it was made for
    source: str  # what it was made of, like "north/inc-7"
    object: Json
    marking: Marking
    own: bool  # of this node
    restricted: bool = False  # rests on a list entry that is for the authority only


class Change(Record, frozen=True, kw_only=True):
    """What to write: the two belong together."""

    gone: tuple[int, ...]  # numbers of items to take away
    new: tuple[Item, ...]  # items to add


class Counter(Record, frozen=True, kw_only=True):
    """Where a collection stands."""

    seq: int = 0  # the last number that was ever given
    added: str | None = None  # the last moment that was ever given


def restock(
    one: Collection,
    items: Iterable[Item],
    source: str,
    told: Iterable[Marked],
    *,
    now: str,
    last: Counter,
) -> Change:
    """Return what changes in a collection when something is told anew.

    Args:
        one: The collection.
        items: What lies there of that source.
        source: What is told, like "north/inc-7".
        told: What may leave of it now; none: it is recalled, or may no longer leave.
        now: What the clock says; ISO 8601 with a zone.
        last: Where the collection stands.
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
    """Return the moment to store with an item: after that of the one before, whatever the clock.

    So no two items share a moment, and a client that pages by it misses none.

    Args:
        now: What the clock says.
        last: Of the item before, in that collection; None: it is the first.
    """
    if last is None or moment(now) > moment(last):
        return microseconds(now)
    return microseconds((moment(last) + timedelta(microseconds=1)).isoformat())


def _what(each: Item | Marked) -> bytes:
    return msgspec.json.encode((each.object, each.marking, each.own, each.restricted))


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
