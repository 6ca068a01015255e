"""Recalls: page records and their views."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.recalls import Reason
from tidewaiter.explain.languages import day, marked, words
from tidewaiter.store.recalls.compliance import Custody, Fate, Held
from tidewaiter.store.recalls.issued import Item, Recalling, is_over
from tidewaiter.web.core.exchange_terms import REASONS, STANDINGS, kind_in_words
from tidewaiter.web.peers.views import state_in_words


class SentView(Record, frozen=True, kw_only=True):
    """A sent message at one recipient, as displayed."""

    peer: str
    became: str
    came: bool
    recalled: str  # "": not recalled


class FateView(Record, frozen=True, kw_only=True):
    """Delivery status of a statement, as displayed."""

    sent: tuple[SentView, ...]
    recallable: bool
    came: bool
    custody: Custody
    keeps: tuple[str, ...]  # hold, and number of onward recipients


def delivery_view(fates: Mapping[str, Fate], names: Mapping[str, str]) -> dict[str, FateView]:
    """Render delivery status as text.

    Args:
        fates: By message.
        names: Of nodes.
    """
    return {message: _fate(fate, names) for message, fate in fates.items()}


def custody_in_words(custody: Custody) -> tuple[str, ...]:
    """Describe the hold on a message, and its onward recipients."""
    told = list[str]()
    if custody.basis:
        told.append(words("under legal hold: {basis}").format(basis=custody.basis))
    if custody.until:
        told.append(words("until {day}").format(day=day(custody.until)))
    if custody.case:
        told.append(words("while case {number} is under legal hold").format(number=custody.case))
    if custody.reshared:
        text = words("shared onward with: {number}; asked to destroy it: {asked}")
        told.append(text.format(number=custody.reshared, asked=custody.told))
    return tuple(told)


def _fate(fate: Fate, names: Mapping[str, str]) -> FateView:
    custody = fate.custody or Custody()
    return FateView(
        sent=tuple(
            SentView(
                peer=names.get(each.peer, each.peer),
                became=state_in_words(each.state, each.code),
                came=each.state == "processed",
                recalled=words(STANDINGS[each.recalled]) if each.recalled else "",
            )
            for each in fate.sent
        ),
        recallable=any(
            each.recalled in {None, "not-asked"} and each.state != "discarded" for each in fate.sent
        ),
        came=fate.custody is not None,
        custody=custody,
        keeps=custody_in_words(custody),
    )


_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Node = Annotated[str, msgspec.Meta(max_length=200)]
_Text = Annotated[str, msgspec.Meta(max_length=2_000)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
_Place = Annotated[int, msgspec.Meta(ge=0, le=2**31)]

Show = Literal["ours", "theirs", "kept", "sent", "came"]
"""Recalls by this node; recalls by others; messages on hold or passed on; recallable messages;
messages that can be held."""


class RecallsAsked(Record, frozen=True, kw_only=True):
    """Query of recalls."""

    show: Show = "ours"
    node: _Node = ""  # only this peer; "": any
    after: _Place = 0  # number of rows to skip


class RecallsPage(Record, frozen=True, kw_only=True):
    """Recalls, or messages to recall or hold; latest first."""

    asked: RecallsAsked
    day: date
    recalls: tuple[Recalling, ...]  # for "ours" and "theirs", one per recipient
    kept: tuple[Held, ...]  # for "kept"
    items: tuple[Item, ...]  # for "sent" and "came"
    names: dict[str, str]
    more: int | None  # `after` of the next page; None: last page


class RecallIt(Record, frozen=True, kw_only=True):
    """A message to recall."""

    item: _Id
    reason: Reason
    basis: _Text = ""  # legal basis
    note: _Text = ""
    only: tuple[_Node, ...] = ()  # only these peers; (): all recipients


class RecalledNow(Record, frozen=True, kw_only=True):
    """The recalled messages."""

    messages: tuple[str, ...]


class HoldIt(Record, frozen=True, kw_only=True):
    """A received message to hold."""

    item: _Id
    basis: _Text
    until: date | None = None  # last day, if known
    case: Annotated[int, msgspec.Meta(ge=1, le=2**53)] | None = None  # case with its own hold


class LiftIt(Record, frozen=True, kw_only=True):
    """A message to release from its hold."""

    item: _Id


class PassedOn(Record, frozen=True, kw_only=True):
    """Onward recipients of a message."""

    item: _Id
    others: _Count
    asked: _Count = 0  # how many were asked to destroy it


class Became(Record, frozen=True, kw_only=True):
    """Outcome of a message reported to its source."""

    item: str
    became: str  # "": not recalled


SHOWS: Mapping[Show, str] = {
    "ours": marked("Recalled by us"),
    "theirs": marked("Recalled by others"),
    "kept": marked("Held or shared onward"),
    "sent": marked("Sent (can be recalled)"),
    "came": marked("Received (can be held)"),
}
_SETTLED = {"destroyed", "not-held", "never-left"}


class Tab(Record, frozen=True, kw_only=True):
    """A page section."""

    label: str
    address: str
    here: bool


class RecallLine(Record, frozen=True, kw_only=True):
    """A recall at one recipient,, as displayed."""

    item: str
    kind: str
    about: str
    peer: str
    asked: str
    reason: str
    said: tuple[str, ...]  # legal basis and note of the recalling node
    standing: str
    settled: bool  # final
    notes: tuple[str, ...]  # hold, and onward recipients
    held: bool  # on hold, and the reader may lift it


class MessageLine(Record, frozen=True, kw_only=True):
    """A message to recall or hold, as displayed."""

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
    """The page, as displayed."""

    tabs: tuple[Tab, ...]
    recalls: tuple[RecallLine, ...]
    messages: tuple[MessageLine, ...]
    holds: bool  # the reader may set and lift holds
    more: str  # address of the next page; "": last page


def recalls_view(page: RecallsPage, *, holds: bool) -> RecallsView:
    """Render the page as text.

    Args:
        page: The page record.
        holds: The reader may set and lift holds.
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
    """Return the text of a recall reason, or its code if unknown."""
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
        notes.append(words("the legal hold has ended"))
    if outcome and outcome.reshared:
        text = words("shared onward with: {number}; not asked to destroy it: {untold}")
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
        else words("no response yet"),
        settled=told.standing in _SETTLED,
        notes=tuple(notes),
        held=holds and not ours and told.standing == "kept-under-legal-hold",
    )


def _kept(held: Held, names: Mapping[str, str]) -> MessageLine:
    stands = (words(text) for value, text in STANDINGS.items() if value == held.recalled)
    told = next(stands, words("not recalled"))
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
        "processed": words("received"),
        "refused": words("rejected by this node"),
        "recalled": words("recalled"),
    }
    return told.get(state, state)
