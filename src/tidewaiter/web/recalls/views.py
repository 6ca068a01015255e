"""The page of recalls in words."""

from collections.abc import Mapping
from urllib.parse import urlencode

from tidewaiter.base.records import Record
from tidewaiter.report.languages import day, marked, words
from tidewaiter.store.givingback import Custody
from tidewaiter.store.keeping import Held
from tidewaiter.store.recalllist import Item, Recalling, is_over
from tidewaiter.web.kindwords import kind_in_words
from tidewaiter.web.peerview import state_in_words
from tidewaiter.web.recallrows import RecallsPage, Show
from tidewaiter.web.recallview import custody_in_words
from tidewaiter.web.recallwords import REASONS, STANDINGS

SHOWS: Mapping[Show, str] = {
    "ours": marked("Recalled by us"),
    "theirs": marked("Recalled by others"),
    "kept": marked("Held and passed on"),
    "sent": marked("What can be recalled"),
    "came": marked("What can be held"),
}
_SETTLED = {"destroyed", "not-held", "never-left"}


class Tab(Record, frozen=True, kw_only=True):
    """A part of the page."""

    label: str
    address: str
    here: bool


class RecallLine(Record, frozen=True, kw_only=True):
    """A recall at one recipient, in words."""

    item: str
    kind: str
    about: str
    peer: str
    asked: str
    reason: str
    said: tuple[str, ...]  # basis and note, in the words of who recalled it
    standing: str
    settled: bool  # nothing is waited for
    notes: tuple[str, ...]  # the hold, and to how many it went on
    held: bool  # it is kept here, and the reader may lift that


class MessageLine(Record, frozen=True, kw_only=True):
    """A message that is held, or can be recalled or held, in words."""

    id: str
    kind: str
    about: str
    peer: str
    at: str
    state: str
    notes: tuple[str, ...]
    custody: Custody
    recallable: bool
    came: bool


class RecallsView(Record, frozen=True, kw_only=True):
    """The page in words."""

    tabs: tuple[Tab, ...]
    recalls: tuple[RecallLine, ...]
    messages: tuple[MessageLine, ...]
    holds: bool  # the reader may put and lift holds
    more: str  # address of the next page; "": this is the last


def recalls_view(page: RecallsPage, *, holds: bool) -> RecallsView:
    """Put the page into words.

    Args:
        page: All that is told.
        holds: The reader may put and lift holds.
    """
    asked, kept = page.asked, [_kept(each, page.names) for each in page.kept]
    items = [_item(each, page.names, came=asked.show == "came") for each in page.items]
    onward = {"show": asked.show, "node": asked.node, "after": page.more}
    return RecallsView(
        tabs=tuple(
            Tab(label=words(label), address=f"/recalls?show={show}", here=show == asked.show)
            for show, label in SHOWS.items()
        ),
        recalls=tuple(_recall(each, page, holds=holds) for each in page.recalls),
        messages=(*kept, *items),
        holds=holds,
        more=f"/recalls?{urlencode(onward)}" if page.more else "",
    )


def reason_in_words(reason: str) -> str:
    """Say why something is recalled; a reason that has no words here stands as it is."""
    return next((words(text) for value, text in REASONS.items() if value == reason), reason)


def _recall(told: Recalling, page: RecallsPage, *, holds: bool) -> RecallLine:
    ours = page.asked.show == "ours"
    peer, outcome = told.peer if ours else told.source, told.outcome
    notes = list[str]()
    if outcome and outcome.basis:
        notes.append(outcome.basis)
    if outcome and outcome.until:
        notes.append(words("until {day}").format(day=day(outcome.until)))
    if is_over(told, page.day):
        notes.append(words("the hold is over"))
    if outcome and outcome.reshared:
        text = words("passed on to {number}, {untold} of them not asked")
        notes.append(text.format(number=outcome.reshared, untold=told.untold))
    asked = told.recall
    return RecallLine(
        item=told.item,
        kind=kind_in_words(told.kind),
        about=told.about,
        peer=page.names.get(peer, peer),
        asked=told.asked,
        reason=reason_in_words(told.reason),
        said=tuple(filter(None, (asked.basis, asked.note))) if asked else (),
        standing=words(STANDINGS[told.standing])
        if ours or told.standing != "asked"
        else words("nothing was answered yet"),
        settled=told.standing in _SETTLED,
        notes=tuple(notes),
        held=holds and not ours and told.standing == "kept-under-legal-hold",
    )


def _kept(held: Held, names: Mapping[str, str]) -> MessageLine:
    stands = (words(text) for value, text in STANDINGS.items() if value == held.recalled)
    told = next(stands, words("nobody has recalled it"))
    return MessageLine(
        id=held.id,
        kind=kind_in_words(held.kind),
        about=held.about,
        at=held.at,
        peer=names.get(held.peer, held.peer),
        state=told,
        custody=held.custody,
        notes=custody_in_words(held.custody),
        recallable=False,
        came=True,
    )


def _item(item: Item, names: Mapping[str, str], *, came: bool) -> MessageLine:
    return MessageLine(
        id=item.id,
        kind=kind_in_words(item.kind),
        about=item.about,
        at=item.at,
        peer=names.get(item.peer, item.peer),
        state=_state(item.state, came=came),
        custody=Custody(),
        notes=(),
        came=came,
        recallable=not came and item.state not in {"discarded", "recalled"},
    )


def _state(state: str, *, came: bool) -> str:
    if not came:
        return state_in_words(state)
    told = {
        "processed": words("came"),
        "refused": words("refused here"),
        "recalled": words("recalled"),
    }
    return told.get(state, state)
