"""The state of a notice on a day: status, remaining amounts, and what each side may do.

Silence is never consent: "no objection" stands only where the importing side said it, of the
version that is in force.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Literal

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import Measured, amount_of, in_words, measured
from tidewaiter.exchange.notices.deadlines import return_due
from tidewaiter.exchange.notices.event_validation import (
    DECISIONS,
    Judged,
    Said,
    chains_of,
    ends,
    judge,
    versions_of,
)
from tidewaiter.exchange.notices.types import (
    OTHER,
    OUTCOMES,
    Acknowledged,
    Amended,
    Amount,
    Answered,
    Event,
    LineAmount,
    MoreTime,
    NoObjection,
    NotForUs,
    Notice,
    NoticeLine,
    Objected,
    Queried,
    Recalled,
    Returned,
    Side,
    Viewed,
    What,
    Withdrawn,
)


class Balance(Record, frozen=True, kw_only=True):
    """What was to go, what went, and what is left; all in one measure."""

    line: int
    most: Amount  # notified, or allowed where that is less
    used: Amount
    left: Amount  # never less than nothing
    exceeded: Amount  # by how much more went than `most`
    problems: tuple[str, ...] = ()


def balances(
    notice: Notice, allowed: Mapping[int, Amount], returned: Sequence[Returned]
) -> tuple[Balance, ...]:
    """Balance each line of a notice with what left the country of export.

    Args:
        notice: The version that is in force.
        allowed: By line, where the importing authority allowed an amount.
        returned: Return information of the exporting side, of all versions: what left under an
            earlier version counts too.
    """
    shipped = [each for back in returned if back.outcome == "shipped" for each in back.lines]
    found = []
    for line in _all_lines(notice, shipped):
        most = _least(line.net, allowed.get(line.number))
        if most is None:
            continue
        mine = [each.amount for each in shipped if each.line == line.number]
        found.append(_balance(line.number, most, mine))
    return tuple(found)


def _all_lines(notice: Notice, shipped: Sequence[LineAmount]) -> list[NoticeLine]:
    """Return the lines of a notice, and those that an amendment dropped after something left."""
    known = {line.number for line in notice.lines}
    dropped: dict[int, NoticeLine] = {}
    for each in shipped:
        found = measured(each.amount)
        if each.line not in known and found is not None:
            nothing = amount_of(found.measure, 0)
            dropped.setdefault(each.line, NoticeLine(number=each.line, net=nothing))
    return [*notice.lines, *dropped.values()]


def _least(notified: Amount, allowed: Amount | None) -> Measured | None:
    """Return the smaller of two amounts of one measure; else what was notified."""
    first = measured(notified)
    second = measured(allowed) if allowed is not None else None
    if first is None or second is None or first.measure != second.measure:
        return first
    return min(first, second, key=lambda each: each.value)


def _balance(line: int, most: Measured, amounts: Sequence[Amount]) -> Balance:
    problems = []
    used = 0
    for amount in amounts:
        found = measured(amount)
        if found is None or found.measure != most.measure:
            problems.append(f"{in_words(amount)} cannot be written off in this measure")
        else:
            used += found.value
    over = max(0, used - most.value)
    exceeded = amount_of(most.measure, over)
    if over:
        problems.append(f"{in_words(exceeded)} more than the {in_words(_as(most))} that may go")
    return Balance(
        line=line,
        most=_as(most),
        used=amount_of(most.measure, used),
        left=amount_of(most.measure, max(0, most.value - used)),
        exceeded=exceeded,
        problems=tuple(problems),
    )


def _as(found: Measured) -> Amount:
    return amount_of(found.measure, found.value)


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
        raise InputError("exchange/events-of-several-notices", named=named)
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
        at = f"notice {event.notice}, event {event.seq}"
        raise InputError("exchange/event-not-counted", why=why[0], at=at)
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


Act = Literal[
    "view",
    "acknowledge",
    "agree",
    "object",
    "ask",
    "more-time",
    "not-for-us",
    "answer",
    "amend",
    "withdraw",
    "return",
]
"""What people can do; `return` tells what became of the goods."""

_AT = datetime(1, 1, 1, tzinfo=UTC)  # nothing is judged by it

_TRIED: Mapping[Act, Callable[[State, Notice], What]] = {
    "view": lambda _s, _n: Viewed(),
    "acknowledge": lambda _s, _n: Acknowledged(),
    "agree": lambda _s, _n: NoObjection(decided_by=""),
    "object": lambda _s, _n: Objected(code="other", decided_by=""),
    "ask": lambda _s, _n: Queried(text=""),
    "more-time": lambda _s, _n: MoreTime(until=date.max),
    "not-for-us": lambda _s, _n: NotForUs(),
    "answer": lambda s, _n: Answered(query=s.open_query, text=""),
    "amend": lambda s, n: Amended(notice=structs.replace(n, version=s.version + 1)),
    "withdraw": lambda _s, _n: Withdrawn(),
}


def acts_of(side: Side, events: Sequence[Event], state: State) -> tuple[Act, ...]:
    """Tell what a side may do to a notice as it stands; what was done once is not offered again.

    Args:
        side: Whose acts.
        events: Of both sides.
        state: That they fold to.
    """
    if state.notice is None:
        return ()
    notice, may = state.notice, _judge(side, events, state)
    found = [act for act, make in _TRIED.items() if may(make(state, notice))]
    done: set[Act] = set()
    if state.viewed_at or state.acknowledged_at or state.decision:
        done.add("view")
    if state.acknowledged_at or state.decision:
        done.add("acknowledge")
    told: tuple[Act, ...] = ("return",) if outcomes_of(side, events, state) else ()
    return (*(act for act in found if act not in done), *told)


def outcomes_of(side: Side, events: Sequence[Event], state: State) -> tuple[str, ...]:
    """Tell which outcomes of the goods a side may tell of now.

    Args:
        side: Whose acts.
        events: Of both sides.
        state: That they fold to.
    """
    if state.notice is None:
        return ()
    may, lines = _judge(side, events, state), state.notice.lines[:1]
    some = tuple(LineAmount(line=line.number, amount=_some(line.net)) for line in lines)
    found = []
    for outcome in sorted(OUTCOMES[side]):
        told = () if outcome == "not shipped" else some
        if may(Returned(outcome=outcome, on=date.min, lines=told)):  # type: ignore[arg-type]
            found.append(outcome)
    return tuple(found)


def _judge(side: Side, events: Sequence[Event], state: State) -> Callable[[What], bool]:
    def may(what: What) -> bool:
        event = Event(
            id="-",
            notice=events[0].notice,
            by=side,
            seq=1 + _last(events, side),
            seen=_last(events, OTHER[side]),
            version=state.version + isinstance(what, Amended),
            at=_AT,
            what=what,
        )
        try:
            add(events, event, state.day)
        except InputError:
            return False
        return True

    return may


def _last(events: Sequence[Event], side: Side) -> int:
    return max((each.seq for each in events if each.by == side), default=0)


def _some(net: Amount) -> Amount:
    """Return an amount of the measure of a line."""
    if net.pieces is not None:
        return Amount(pieces=1)
    return Amount(volume_ul=1) if net.mass_mg is None else Amount(mass_mg=1)
