"""The page of a list entry: every value with its source and first day, versions, and ownership."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from markupsafe import Markup
from msgspec import structs

from tidewaiter.base.errors import MissingError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import words
from tidewaiter.explain.phrases import on_page, say
from tidewaiter.explain.words import LISTED, word
from tidewaiter.lists.archive import Archive, FolderState, folder_state
from tidewaiter.lists.changes import FieldChange
from tidewaiter.lists.entry_history import EntryHistory, EntryValue, EntryVersion, entry_history
from tidewaiter.parties.ownership.graph import Ownership, is_ownership
from tidewaiter.parties.ownership.phrases import holding_phrase, relation_phrase, test_phrases
from tidewaiter.parties.types import ListedLink, ListedParty, ListVersion, Owned, Tie
from tidewaiter.trade.party_matches import AllLinks, link_phrase
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import reply
from tidewaiter.web.core.security import may
from tidewaiter.web.lists.drawing import Drawing, draw_ownership, entry_path


class EntryQuestion(Record, frozen=True, kw_only=True):
    """Which entry, and as of which day."""

    entry: Annotated[str, msgspec.Meta(max_length=500)] = ""
    day: date | None = None  # None: today


class Relation(Record, frozen=True, kw_only=True):
    """A link that is neither ownership nor control: an office, a relative."""

    tie: Tie
    name: str  # of the other party
    path: str  # of its page; "": it is no entry


class EntryPage(Record, frozen=True, kw_only=True):
    """An entry of a list, with its history and its ownership."""

    day: date
    version: ListVersion  # the version with the entry
    party: ListedParty
    removed: bool
    values: tuple[EntryValue, ...]
    versions: tuple[EntryVersion, ...]
    compared: int
    more: int
    links: tuple[ListedLink, ...]
    owned: Owned | None
    relations: tuple[Relation, ...]  # neither ownership nor control
    drawing: Drawing | None  # None: no link is stated


class FieldView(Record, frozen=True, kw_only=True):
    """The values of a field, as displayed."""

    label: str
    values: tuple[tuple[str, str, str], ...]  # text, kind, since


class ChangeView(Record, frozen=True, kw_only=True):
    """A version of the list, as displayed."""

    day: date
    sha256: str
    what: str
    fields: tuple[tuple[str, str, str], ...]  # label, removed, added


class EntryPageView(Record, frozen=True, kw_only=True):
    """The page of an entry, as displayed."""

    action: str
    kind: str
    fields: tuple[FieldView, ...]
    versions: tuple[ChangeView, ...]
    links: tuple[Markup, ...]
    holdings: tuple[Markup, ...]
    relations: tuple[tuple[Markup, str], ...]  # text, and address of the other party
    tests: tuple[Markup, ...]


@lru_cache(2)
def _links(folder: Path, day: date, state: FolderState) -> AllLinks:
    """Read the links of all lists; some seconds for large lists, so the last are kept."""
    del state
    steps = load_alert_rules().party.linked.steps
    return AllLinks(Archive(folder).in_force(day), steps, day)


@get("/lists/{slug:str}", guards=[may("see")], sync_to_thread=True, query=EntryQuestion)
def list_entry_page(
    request: Asked, node: TheNode, user: TheUser, slug: FromPath[str]
) -> Response[EntryPage]:
    """Show an entry of a party list: its values, versions and ownership."""
    asked = read_query(request, EntryQuestion)
    day = asked.day or node.today()
    page = _page(node, slug, asked.entry, day, cleared=user.account.cleared)
    return reply(request, "list-entry.html", page, view=lambda: entry_page_view(page))


def _page(node: Node, slug: str, entry: str, day: date, *, cleared: bool) -> EntryPage:
    """Build the page.

    Raises:
        MissingError: No such entry, or it is restricted.
    """
    folder = node.lists
    history = entry_history(Archive(folder), slug, entry, day) if folder and entry else None
    if folder is None or history is None or (history.party.confidential and not cleared):
        raise MissingError("web/no-list-entry", entry=entry[:80], list=slug[:80])
    links = _links(folder, day, folder_state(folder))
    ties = links.whole if cleared else links.open
    history = _open_history(history, ties, slug)
    party, own = history.party, links.get(slug)
    place = ties.node(slug, party.id)
    drawn = bool(ties.owners.get(place) or ties.owned.get(place))
    found = own.of(party) if own else ()
    return EntryPage(
        day=day,
        version=history.kept.version,
        party=party,
        removed=history.removed,
        values=history.values,
        versions=history.versions,
        compared=history.compared,
        more=history.more,
        links=tuple(link for link in found if cleared or not link.confidential),
        owned=own.owned(party) if own else None,
        relations=tuple(_relations(ties, slug, party)),
        drawing=draw_ownership(ties, place) if drawn else None,
    )


def _open_history(history: EntryHistory, ties: Ownership, slug: str) -> EntryHistory:
    """Remove links to entries that the reader may not see, and what changed in links."""
    party = history.party
    shown = tuple(tie for tie in party.ties if ties.find(tie.party, slug))
    if shown == party.ties:
        return history
    versions = (
        structs.replace(each, fields=tuple(f for f in each.fields if f.field != "ties"))
        for each in history.versions
    )
    return structs.replace(
        history,
        party=structs.replace(party, ties=shown),
        values=tuple(each for each in history.values if each.field != "ties"),
        versions=tuple(versions),
    )


def _relations(ties: Ownership, slug: str, party: ListedParty) -> Iterator[Relation]:
    """Yield the links of an entry that are neither ownership nor control."""
    for tie in party.ties:
        other = ties.find(tie.party, slug)
        if other and not is_ownership(tie):
            yield Relation(tie=tie, name=ties.name(other), path=entry_path(ties, other))


def entry_page_view(page: EntryPage) -> EntryPageView:
    """Render the page."""
    return EntryPageView(
        action=say(Phrase("done/plain", act=page.party.action)),
        kind=word(LISTED, page.party.kind),
        fields=tuple(_fields(page.values)),
        versions=tuple(map(_change, page.versions)),
        links=tuple(on_page(link_phrase(each)) for each in page.links),
        holdings=tuple(on_page(holding_phrase(h)) for h in page.owned.holdings)
        if page.owned
        else (),
        relations=tuple((on_page(relation_phrase(r.tie, r.name)), r.path) for r in page.relations),
        tests=tuple(map(on_page, test_phrases(page.owned))),
    )


def _fields(values: Iterable[EntryValue]) -> Iterable[FieldView]:
    by_field: dict[str, list[tuple[str, str, str]]] = {}
    for each in values:
        if each.field == "ties":
            continue
        text = each.text
        if each.field == "action":
            text = say(Phrase("done/plain", act=text))
        elif each.field == "kind":
            text = word(LISTED, text)
        detail = word(LISTED, each.detail) if each.detail in LISTED else each.detail
        since = each.since.isoformat()
        if each.earlier:
            since = words("{day} or earlier").format(day=since)
        by_field.setdefault(each.field, []).append((text, detail, since))
    for field, held in by_field.items():
        yield FieldView(label=_label(field), values=tuple(held))


def _label(field: str) -> str:
    return say(Phrase("change/plain", changed=field.replace("_", " ")))


def _change(each: EntryVersion) -> ChangeView:
    whats = {"added": words("added"), "changed": words("changed"), "removed": words("removed")}
    return ChangeView(
        day=each.day,
        sha256=each.sha256,
        what=whats[each.what],
        fields=tuple(map(_field_change, each.fields)),
    )


def _field_change(each: FieldChange) -> tuple[str, str, str]:
    return _label(each.field), "; ".join(each.removed), "; ".join(each.added)


HANDLERS = [list_entry_page]
