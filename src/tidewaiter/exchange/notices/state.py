"""States: how a notice stands on a day, from the events of both sides.

Silence is never consent: "no objection" stands only where the importing side said it, of the
version that is in force.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.balance import Balance, balances
from tidewaiter.exchange.notices.chains import Said, chains_of
from tidewaiter.exchange.notices.deadlines import return_due
from tidewaiter.exchange.notices.events import (
    Acknowledged,
    Answered,
    Event,
    MoreTime,
    NoObjection,
    NotForUs,
    Objected,
    Queried,
    Recalled,
    Returned,
    Side,
    Viewed,
    Withdrawn,
)
from tidewaiter.exchange.notices.judging import DECISIONS, Judged, ends, judge, versions_of
from tidewaiter.exchange.notices.types import Amount, Notice

StateName = Literal[
    "draft",
    "sent",
    "viewed",
    "acknowledged",
    "no objection",
    "objection",
    "under enquiry",
    "more time",
    "not for us",
    "withdrawn",
    "expired without reply",
    "recalled",
]
"""How a notice stands. Of all of them "no objection" alone is a yes."""

_CLOSED = ("objection", "not for us")  # decided: what follows has no day
_GONE = ("no objection", "expired without reply")  # after which goods may have left
_SILENCE = "silence is not consent: the importing side has not said that it does not object"


class State(Record, frozen=True, kw_only=True):
    """How a notice stands on a day."""

    name: StateName
    day: date
    version: int = 0  # that is in force; 0: none was sent
    notice: Notice | None = None
    reply_by: date | None = None  # with the time that the importing side asked for
    decision: Event | None = None  # on this version
    late: bool = False  # the decision is dated after the last day for it
    silent: bool = False  # the time is over, and the importing side has done nothing at all
    waits_for: Side | None = None  # whose turn it is; None: nobody's
    open_query: str = ""  # id of a query that is not answered
    conversation: tuple[Event, ...] = ()  # queries and answers, of all versions
    viewed_at: datetime | None = None
    acknowledged_at: datetime | None = None
    returned: tuple[Event, ...] = ()  # return information of both sides
    return_due: date | None = None
    return_overdue: bool = False
    balances: tuple[Balance, ...] = ()
    remarks: tuple[Said, ...] = ()  # of events that count, and do not do what they seem to
    wrong: tuple[Said, ...] = ()  # events that do not count, and why
    waiting: tuple[str, ...] = ()  # ids of events that wait for one before them

    @property
    def approved(self) -> bool:
        """Tell whether the importing side said that it does not object to this version."""
        return self.name == "no objection"


def state_of(events: Iterable[Event], day: date) -> State:
    """Tell how a notice stands, from the events of both sides in any order.

    Args:
        events: Of one notice; one that is there twice counts once.
        day: Today.

    Raises:
        InputError: The events are of several notices.
    """
    held = list(events)
    references = {event.notice for event in held}
    if len(references) > 1:
        named = ", ".join(sorted(references))
        raise InputError(f"events of several notices: {named}", hint="fold each by itself")
    chains = chains_of(held)
    judged = judge(chains)
    wrong = (*chains.wrong, *judged.wrong)
    versions = versions_of(judged.exporter)
    if not versions:
        gone = any(isinstance(each.what, Recalled) for each in chains.exporter)
        name: StateName = "recalled" if gone else "draft"
        return State(name=name, day=day, wrong=wrong, waiting=chains.waiting)
    return _Standing(judged, day).state(wrong, chains.waiting)


def add(events: Sequence[Event], event: Event, day: date) -> State:
    """Tell how a notice stands after one more event of one's own.

    Raises:
        InputError: The event is not that side's to do, or not now, or leaves a gap.
    """
    state = state_of((*events, event), day)
    why = [said.text for said in state.wrong if said.event == event.id]
    if event.id in state.waiting:
        why.append("an event before it is missing")
    if why:
        raise InputError(why[0], at=f"notice {event.notice}, event {event.seq}")
    return state


class _Standing:
    """What the events that count say of the version that is in force."""

    def __init__(self, judged: Judged, day: date) -> None:
        self.judged = judged
        self.day = day
        self.versions = versions_of(judged.exporter)
        self.version = max(self.versions)
        self.notice = self.versions[self.version]
        self.mine = [each for each in judged.importer if each.version == self.version]
        self.withdrawal = next(
            (each for each in judged.exporter if isinstance(each.what, Withdrawn)), None
        )

    def state(self, wrong: tuple[Said, ...], waiting: tuple[str, ...]) -> State:
        decision, query = _last_word(self.judged.importer, self.version)
        reply_by = self._reply_by()
        name = self._name(decision, query, reply_by)
        open_query = query.id if query is not None and not self._answered(query) else ""
        back = self._returned()
        due = return_due(self.notice) if name in _GONE else None
        ended = any(ends(each) for each in back)
        over = reply_by is not None and self.day > reply_by
        return State(
            name=name,
            day=self.day,
            version=self.version,
            notice=self.notice,
            reply_by=reply_by,
            decision=decision,
            late=decision is not None and reply_by is not None and decision.at.date() > reply_by,
            silent=over and not self.judged.importer and self.withdrawal is None,
            waits_for=_turn(name, open_query=bool(open_query), ended=ended),
            open_query=open_query if name == "under enquiry" else "",
            conversation=self._conversation(),
            viewed_at=self._first(Viewed),
            acknowledged_at=self._first(Acknowledged),
            returned=back,
            return_due=due.day if due else None,
            return_overdue=due is not None
            and due.day is not None
            and self.day > due.day
            and not ended,
            balances=self._balances(decision),
            remarks=tuple(self._remarks(name)),
            wrong=wrong,
            waiting=waiting,
        )

    def _name(
        self, decision: Event | None, query: Event | None, reply_by: date | None
    ) -> StateName:
        if self.withdrawal is not None:
            return "withdrawn"
        if decision is not None:
            return _DECIDED[type(decision.what)]
        if query is not None:
            return "under enquiry"
        if reply_by is not None and self.day > reply_by:
            return "expired without reply"
        done = {type(each.what) for each in self.mine}
        return next((name for kind, name in _LESS if kind in done), "sent")

    def _reply_by(self) -> date | None:
        longer = [each.what.until for each in self.mine if isinstance(each.what, MoreTime)]
        return max((*longer, *filter(None, (self.notice.reply_by,))), default=None)

    def _answered(self, query: Event) -> bool:
        answers = [e.what for e in self.judged.exporter if isinstance(e.what, Answered)]
        return any(answer.query == query.id for answer in answers)

    def _returned(self) -> tuple[Event, ...]:
        both = (*self.judged.exporter, *self.judged.importer)
        return tuple(each for each in both if isinstance(each.what, Returned))

    def _conversation(self) -> tuple[Event, ...]:
        """Put each query before its answers."""
        answers: dict[str, list[Event]] = {}
        for each in self.judged.exporter:
            if isinstance(each.what, Answered):
                answers.setdefault(each.what.query, []).append(each)
        row: list[Event] = []
        for each in self.judged.importer:
            if isinstance(each.what, Queried):
                row += [each, *answers.get(each.id, ())]
        return tuple(row)

    def _first(self, kind: type[Viewed | Acknowledged]) -> datetime | None:
        return next((each.at for each in self.mine if isinstance(each.what, kind)), None)

    def _balances(self, decision: Event | None) -> tuple[Balance, ...]:
        allowed: dict[int, Amount] = {}
        if decision is not None and isinstance(decision.what, NoObjection):
            allowed = {each.line: each.amount for each in decision.what.allowed}
        back = [e.what for e in self.judged.exporter if isinstance(e.what, Returned)]
        return balances(self.notice, allowed, back)

    def _remarks(self, name: StateName) -> Iterator[Said]:
        for each in self.judged.importer:
            text = self._of_reply(each)
            if text:
                yield Said(event=each.id, text=text)
        for each in self.judged.exporter:
            if not isinstance(each.what, Returned) or each.what.outcome != "shipped":
                continue
            if each.version == self.version and name == "expired without reply":
                yield Said(event=each.id, text=f"shipped without an answer: {_SILENCE}")
            elif not self._approves(each.version):
                text = f"shipped under version {each.version}, which was not approved"
                yield Said(event=each.id, text=text)

    def _approves(self, version: int) -> bool:
        decision, _ = _last_word(self.judged.importer, version)
        return decision is not None and isinstance(decision.what, NoObjection)

    def _of_reply(self, event: Event) -> str:
        """Say what a reply does not do, though it may look so; "": it does what it says."""
        if isinstance(event.what, Returned):
            return "goods arrived under a notice that was withdrawn" if self.withdrawal else ""
        if self.withdrawal is not None and event.seq > self.withdrawal.seen:
            return "it crossed the withdrawal and changes nothing"
        if event.version < self.version and not isinstance(event.what, (Viewed, Acknowledged)):
            return f"it is of version {event.version}, and version {self.version} is in force"
        return ""


_DECIDED: dict[type, StateName] = {
    NoObjection: "no objection",
    Objected: "objection",
    NotForUs: "not for us",
}
_LESS: tuple[tuple[type, StateName], ...] = (
    (MoreTime, "more time"),
    (Acknowledged, "acknowledged"),
    (Viewed, "viewed"),
)


def _last_word(events: Sequence[Event], version: int) -> tuple[Event | None, Event | None]:
    """Return the decision on a version, or else the query that came after it or without one."""
    mine = [each for each in events if each.version == version]
    words = [each for each in mine if isinstance(each.what, (*DECISIONS, Queried))]
    if not words:
        return None, None
    last = words[-1]
    return (None, last) if isinstance(last.what, Queried) else (last, None)


def next_due(state: State) -> date | None:
    """Tell by which day whoever's turn it is must act; None: nothing is due.

    It is the last day for an answer, and after a yes that for return information.
    """
    if state.name == "no objection":
        return state.return_due if state.waits_for else None
    return state.reply_by if state.waits_for and state.name not in _CLOSED else None


def _turn(name: StateName, *, open_query: bool, ended: bool) -> Side | None:
    if name == "under enquiry":
        return "exporter" if open_query else "importer"
    if name == "no objection":
        return None if ended else "exporter"
    if name in {"sent", "viewed", "acknowledged", "more time", "expired without reply"}:
        return "importer"
    return "exporter" if name in {"objection", "not for us"} else None
