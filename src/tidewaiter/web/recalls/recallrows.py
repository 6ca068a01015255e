"""What is told of recalls: what was asked back, what is held, and what can be recalled."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.requests.recalls import Reason
from tidewaiter.store.keeping import Held
from tidewaiter.store.recalllist import Item, Recalling

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Node = Annotated[str, msgspec.Meta(max_length=200)]
_Text = Annotated[str, msgspec.Meta(max_length=2_000)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
_Place = Annotated[int, msgspec.Meta(ge=0, le=2**31)]

Show = Literal["ours", "theirs", "kept", "sent", "came"]
"""What this node recalled; what others recalled from it; what it holds or has passed on; what it
can recall; what it can hold."""


class RecallsAsked(Record, frozen=True, kw_only=True):
    """What is wanted."""

    show: Show = "ours"
    node: _Node = ""  # of one peer; "": of any
    after: _Place = 0  # how many of them come before


class RecallsPage(Record, frozen=True, kw_only=True):
    """Recalls, or messages that can be recalled or held; the last first."""

    asked: RecallsAsked
    day: date
    recalls: tuple[Recalling, ...]  # of "ours" and "theirs", one for each recipient
    kept: tuple[Held, ...]  # of "kept"
    items: tuple[Item, ...]  # of "sent" and "came"
    names: dict[str, str]
    more: int | None  # `after` of the next page; None: this is the last


class RecallIt(Record, frozen=True, kw_only=True):
    """A message that this node asks back."""

    item: _Id
    reason: Reason
    basis: _Text = ""  # law or order on which it rests
    note: _Text = ""
    only: tuple[_Node, ...] = ()  # peers from whom alone; (): all who were told


class RecalledNow(Record, frozen=True, kw_only=True):
    """The messages that are recalled."""

    messages: tuple[str, ...]


class HoldIt(Record, frozen=True, kw_only=True):
    """A message that came, and is kept where it is recalled."""

    item: _Id
    basis: _Text
    until: date | None = None  # the last day, where it is known
    case: Annotated[int, msgspec.Meta(ge=1, le=2**53)] | None = None  # whose own hold keeps it


class LiftIt(Record, frozen=True, kw_only=True):
    """A message whose hold ends."""

    item: _Id


class PassedOn(Record, frozen=True, kw_only=True):
    """To how many a message went on."""

    item: _Id
    others: _Count
    asked: _Count = 0  # how many of them were asked to destroy it


class Became(Record, frozen=True, kw_only=True):
    """What its source is told became of a message."""

    item: str
    became: str  # "": nobody has recalled it
