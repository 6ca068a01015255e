"""State of a request, its mailbox, possible replies, and the marking of an answer.

Only the asker asks and withdraws; only the asked node answers, refuses and delays. Repetitions
count once, and except for two contents under one id the order of messages does not matter: a full
answer outranks a partial one, and any answer outranks a refusal.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, TypeVar

from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.exchange.cases import Decision, Offer, Taking, Together
from tidewaiter.exchange.protocol.envelopes import Said, Unheeded, said_as
from tidewaiter.exchange.protocol.markings import Marking, Tlp
from tidewaiter.exchange.requests.types import (
    Answer,
    Delay,
    Refusal,
    Request,
    Spoken,
    Withdrawal,
)

Body = TypeVar("Body", Request, Answer, Refusal, Delay, Withdrawal)

ItemState = Literal["open", "refused", "part", "full"]
State = Literal["unknown", "open", "partly", "done", "withdrawn"]
"""Status of a request: not received; unanswered; partly answered; each item answered in full or
refused; withdrawn. Silence is never an answer."""

_ORDER: tuple[ItemState, ...] = ("open", "refused", "part", "full")


class Asking(Record, frozen=True, kw_only=True):
    """The state of one request."""

    id: str
    asker: str
    request: Said[Request] | None  # None: not received
    answers: tuple[Said[Answer], ...]
    refusals: tuple[Said[Refusal], ...]
    delays: tuple[Said[Delay], ...]
    withdrawal: Said[Withdrawal] | None
    items: Mapping[int, ItemState]  # by number
    state: State
    unheeded: tuple[Unheeded[Spoken], ...]

    def overdue(self, today: date) -> int:
        """Return the days an answer is overdue; 0: not overdue, or no deadline."""
        due = self.request.body.deadline if self.request else None
        if due is None or self.state in {"done", "withdrawn"}:
            return 0
        return max((today - due).days, 0)


def request_of(asker: str, request: str, said: Iterable[Said[Spoken]]) -> Asking:
    """Fold the statements on a request.

    Args:
        asker: Node id of the asker.
        request: Its id there.
        said: Accepted messages, in order of arrival.

    Returns:
        The state. Messages on other requests are ignored.
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
                why = "other content with the same id was received first"
        if why:
            unheeded.setdefault(each.id, Unheeded(said=each, why=why))
    return _asking(asker, request, kept, tuple(unheeded[key] for key in sorted(unheeded)))


def _why_not(said: Said[Spoken], asker: str, first: Said[Spoken] | None) -> str:
    """Return why a message has no effect; "": it has."""
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
    asked = next(
        (said_as(each, each.body) for each in found if isinstance(each.body, Request)), None
    )
    answers = tuple(said_as(each, each.body) for each in found if isinstance(each.body, Answer))
    refusals = tuple(said_as(each, each.body) for each in found if isinstance(each.body, Refusal))
    withdrawals = [said_as(each, each.body) for each in found if isinstance(each.body, Withdrawal)]
    items = _items(asked, answers, refusals)
    return Asking(
        id=request,
        asker=asker,
        request=asked,
        answers=answers,
        refusals=refusals,
        delays=tuple(said_as(each, each.body) for each in found if isinstance(each.body, Delay)),
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


Act = Literal["answer", "refuse", "delay", "withdraw"]
JointAct = Literal["join", "decline", "leave", "bring", "decide"]

_ACTS: dict[type, Act] = {
    Answer: "answer",
    Refusal: "refuse",
    Delay: "delay",
    Withdrawal: "withdraw",
}
_PARTS: dict[str, JointAct] = {"joined": "join", "declined": "decline", "left": "leave"}


def act_of(said: Answer | Refusal | Delay | Withdrawal) -> Act:
    """Return the act of a statement on a request."""
    return _ACTS[type(said)]


def acts(known: Asking, own: str) -> tuple[Act, ...]:
    """Return the acts open to a node on a request.

    Answers and refusals remain possible after all items are answered, for later findings.
    """
    if known.request is None or known.state == "withdrawn":
        return ()
    if own == known.asker:
        return ("withdraw",)
    if own != known.request.body.asked:
        return ()
    return ("answer", "refuse") if known.state == "done" else ("answer", "refuse", "delay")


def joint_act_of(said: Taking | Offer | Decision) -> JointAct:
    """Return the act of a statement on a joint case."""
    if isinstance(said, Taking):
        return _PARTS[said.part]
    return "bring" if isinstance(said, Offer) else "decide"


def joint_acts(known: Together, own: str) -> tuple[JointAct, ...]:
    """Return the acts open to a node in a joint case."""
    side = known.sides.get(own)
    if side is None:
        return ()
    if side.part == "joined":
        return ("bring", "decide", "leave")
    return ("join", "decline") if side.part == "invited" else ("join",)


Box = Literal["in", "out"]
"""Inbox: requests of others to this node; outbox: requests of this node."""

Show = Literal["open", "late", "over", "all"]
"""Filters: awaiting an answer; overdue; done, withdrawn or not received; all."""

_FAR = date.max


def box_of(known: Asking, own: str) -> Box:
    """Return the mailbox of a request at a node."""
    return "out" if known.asker == own else "in"


def is_over(known: Asking) -> bool:
    """Return whether a request is closed."""
    return known.state in {"done", "withdrawn", "unknown"}


def shows(known: Asking, show: Show, today: date) -> bool:
    """Return whether a request passes a filter."""
    if show == "late":
        return known.overdue(today) > 0
    return show == "all" or is_over(known) == (show == "over")


def urgency_first(known: Asking) -> tuple[bool, date, int]:
    """Return the sort key of requests: open ones by deadline, then urgency.

    Overdue ones come first; those without a deadline last.
    """
    body = known.request.body if known.request else None
    urgent = ("immediate", "urgent", "routine").index(body.urgency) if body else 3
    due = body.deadline if body else None
    return is_over(known), due or _FAR, urgent


_ID = 8  # bytes


def new_id() -> str:
    """Return an id for a request, a joint case, or a statement on one."""
    return secrets.token_hex(_ID)


def marking_of_answer(known: Asking, tlp: Tlp | None = None) -> Marking:
    """Return the marking of an answer, limited to the purpose of its request.

    Args:
        known: The request; its group belongs to the asker, not to the answering node.
        tlp: The label; None: the request's.
    """
    if known.request is None:
        return Marking(tlp=tlp or "red")  # an unreceived request cannot be answered
    request = known.request.body
    asked = request.marking
    return structs.replace(
        asked, tlp=tlp or asked.tlp, purposes=(request.purpose,), group="", epoch=0
    )
