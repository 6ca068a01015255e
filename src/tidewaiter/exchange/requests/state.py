"""Folding: a request as all that was said to it leaves it.

The asker alone asks and withdraws; the asked alone answers, refuses and delays. What is said twice
counts once, and but for two contents under one id the order of messages does not matter: an answer
in full outweighs one in part, and any answer outweighs a refusal.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, TypeVar

from tidewaiter.base.records import Record
from tidewaiter.exchange.requests.types import (
    Answer,
    Delay,
    Refusal,
    Request,
    Spoken,
    Withdrawal,
)
from tidewaiter.exchange.said import Said, Unheeded

Body = TypeVar("Body", Request, Answer, Refusal, Delay, Withdrawal)

ItemState = Literal["open", "refused", "part", "full"]
State = Literal["unknown", "open", "partly", "done", "withdrawn"]
"""Where a request stands: it has not come yet; nothing is answered; some is; each item is answered
in full or refused; the asker no longer asks. Silence is never an answer."""

_ORDER: tuple[ItemState, ...] = ("open", "refused", "part", "full")


class Asking(Record, frozen=True, kw_only=True):
    """All that is known of one request."""

    id: str
    asker: str
    request: Said[Request] | None  # None: it has not come
    answers: tuple[Said[Answer], ...]
    refusals: tuple[Said[Refusal], ...]
    delays: tuple[Said[Delay], ...]
    withdrawal: Said[Withdrawal] | None
    items: Mapping[int, ItemState]  # by number
    state: State
    unheeded: tuple[Unheeded[Spoken], ...]

    def overdue(self, today: date) -> int:
        """Return for how many days an answer is overdue; 0: it is not, or there is no deadline."""
        due = self.request.body.deadline if self.request else None
        if due is None or self.state in {"done", "withdrawn"}:
            return 0
        return max((today - due).days, 0)


def request_of(asker: str, request: str, said: Iterable[Said[Spoken]]) -> Asking:
    """Fold what was said to a request.

    Args:
        asker: Id of the node that asks.
        request: Its id there.
        said: Messages that were accepted, in the order in which they came.

    Returns:
        What is known. Messages to other requests are left out.
    """
    mine = [each for each in said if _of(each.body) == (asker, request)]
    asks = [each for each in mine if isinstance(each.body, Request) and each.sender == asker]
    first = asks[0] if asks else None
    kept: dict[tuple[str, str], Said[Spoken]] = {}
    unheeded: dict[str, Unheeded[Spoken]] = {}
    for each in mine:
        why = _why_not(each, asker, first)
        if not why:
            before = kept.setdefault((type(each.body).__name__, each.body.id), each)
            if before.body != each.body:
                why = "another content came first under the same id"
        if why:
            unheeded.setdefault(each.id, Unheeded(said=each, why=why))
    return _asking(asker, request, kept, tuple(unheeded[key] for key in sorted(unheeded)))


def _why_not(said: Said[Spoken], asker: str, first: Said[Spoken] | None) -> str:
    """Say why a message changes nothing; "": it may."""
    if isinstance(said.body, Request | Withdrawal):
        return "" if said.sender == asker else "only whoever asks may say this"
    if first is None or not isinstance(first.body, Request):
        return "the request has not come"
    return "" if said.sender == first.body.asked else "only whoever is asked may say this"


def _asking(
    asker: str,
    request: str,
    kept: Mapping[tuple[str, str], Said[Spoken]],
    unheeded: tuple[Unheeded[Spoken], ...],
) -> Asking:
    found = [kept[key] for key in sorted(kept)]
    asked = next((_as(each, each.body) for each in found if isinstance(each.body, Request)), None)
    answers = tuple(_as(each, each.body) for each in found if isinstance(each.body, Answer))
    refusals = tuple(_as(each, each.body) for each in found if isinstance(each.body, Refusal))
    withdrawals = [_as(each, each.body) for each in found if isinstance(each.body, Withdrawal)]
    items = _items(asked, answers, refusals)
    return Asking(
        id=request,
        asker=asker,
        request=asked,
        answers=answers,
        refusals=refusals,
        delays=tuple(_as(each, each.body) for each in found if isinstance(each.body, Delay)),
        withdrawal=withdrawals[0] if withdrawals else None,
        items=items,
        state="withdrawn" if withdrawals else _state(items),
        unheeded=unheeded,
    )


def _items(
    asked: Said[Request] | None,
    answers: Iterable[Said[Answer]],
    refusals: Iterable[Said[Refusal]],
) -> dict[int, ItemState]:
    items: dict[int, ItemState] = {}
    if asked is not None:
        items = {each.number: "open" for each in asked.body.items}
    for refusal in refusals:
        _raise(items, refusal.body.items, "refused")
    for answer in answers:
        _raise(items, answer.body.partly, "part")
        _raise(items, answer.body.items, "full")
    return items


def _raise(items: dict[int, ItemState], numbers: Iterable[int], to: ItemState) -> None:
    for number in numbers:
        if number in items:
            items[number] = max(items[number], to, key=_ORDER.index)


def _state(items: Mapping[int, ItemState]) -> State:
    states = set(items.values())
    if not states:
        return "unknown"
    if states <= {"full", "refused"}:
        return "done"
    return "open" if states == {"open"} else "partly"


def _of(body: Spoken) -> tuple[str, str]:
    return body.asker, body.id if isinstance(body, Request) else body.request


def _as(said: Said[Spoken], body: Body) -> Said[Body]:
    return Said(id=said.id, sender=said.sender, at=said.at, body=body)
