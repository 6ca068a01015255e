"""Two nodes talk about a notice while messages are late, doubled and out of order."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from msgspec import structs
from tests.support.notices import DAY, NOTICE, REPLY_BY, changed

from tidewaiter.exchange.notices.amounts import MEASURES
from tidewaiter.exchange.notices.state import State, state_of
from tidewaiter.exchange.notices.types import (
    Acknowledged,
    Amended,
    Amount,
    Answered,
    Event,
    LineAmount,
    MoreTime,
    NoObjection,
    NotForUs,
    Objected,
    Queried,
    Returned,
    Sent,
    Side,
    Viewed,
    What,
    Withdrawn,
)

LATEST = REPLY_BY + timedelta(days=60)
PART = (LineAmount(line=1, amount=Amount(mass_mg=300_000_000)),)
REPLIES: tuple[What, ...] = (
    Viewed(),
    Acknowledged(),
    NoObjection(decided_by="x"),
    NoObjection(decided_by="x", allowed=PART),
    Objected(code="other", decided_by="x"),
    Queried(text="?"),
    MoreTime(until=REPLY_BY + timedelta(days=9)),
    NotForUs(),
    Returned(outcome="arrived", on=DAY, lines=PART),
)


class TwoNodes(RuleBasedStateMachine):
    """What each side holds, and what is on its way; beside it a model that knows no folding."""

    events: Bundle[Event] = Bundle("events")

    def __init__(self) -> None:
        """Begin with nothing said."""
        super().__init__()
        self.day = DAY
        self.held: dict[Side, list[Event]] = {"exporter": [], "importer": []}
        self.said: dict[Side, list[Event]] = {"exporter": [], "importer": []}
        self.version = 0
        self.withdrawn = False
        self.words: dict[int, What] = {}  # the last decision or query on each version
        self.until: dict[int, date] = {}  # the time that was asked for

    @initialize(target=events)
    def send(self) -> Event:
        """The exporting side sends the notice."""
        self.version = 1
        return self._say("exporter", Sent(notice=NOTICE), 1)

    @rule(target=events)
    def amend(self) -> Event:
        """The exporting side makes the next version."""
        made = changed(NOTICE, version=self.version + 1)
        event = self._say("exporter", Amended(notice=made), made.version)
        self.version += not self.withdrawn
        return event

    @rule(target=events)
    def withdraw(self) -> Event:
        """The exporting side takes it back; not after goods left."""
        event = self._say("exporter", Withdrawn(), self.version)
        self.withdrawn = self.withdrawn or not self._gone()
        return event

    @rule(target=events)
    def answer(self) -> Event:
        """The exporting side answers the last query that it holds."""
        asked = [e for e in self._seen("exporter") if isinstance(e.what, Queried)]
        query = asked[-1].id if asked else "none"
        return self._say("exporter", Answered(query=query, text="!"), self.version)

    @rule(target=events, last=st.booleans())
    def ship(self, *, last: bool) -> Event:
        """The exporting side says what left."""
        back = Returned(outcome="shipped", on=DAY, lines=PART, last=last)
        return self._say("exporter", back, self.version)

    @rule(target=events, what=st.sampled_from(REPLIES), version=st.integers(1, 4))
    def reply(self, what: What, version: int) -> Event:
        """The importing side replies to a version, which it may know or not."""
        known = self._known_version()
        gone = any(
            isinstance(e.what, Withdrawn) and self._counts(e) for e in self._seen("importer")
        )
        event = self._say("importer", what, version)
        if 1 <= version <= known and not gone:
            word = self.words.get(version)
            if isinstance(what, (NoObjection, Objected, NotForUs, Queried)):
                self.words[version] = what
            elif isinstance(what, MoreTime) and not isinstance(
                word, (NoObjection, Objected, NotForUs)
            ):
                self.until.setdefault(version, what.until)
        return event

    @rule(target=events, what=st.sampled_from(REPLIES[:-1]))
    def usurp(self, what: What) -> Event:
        """The exporting side answers for the importing one."""
        return self._say("exporter", what, max(1, self.version))

    @rule(event=events, twice=st.booleans())
    def deliver(self, event: Event, *, twice: bool) -> None:
        """A message arrives, now and perhaps again."""
        other: Side = "importer" if event.by == "exporter" else "exporter"
        self.held[other].extend([event] * (1 + twice))

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        """Days pass."""
        self.day = min(self.day + timedelta(days=days), LATEST)

    @invariant()
    def nobody_is_approved_by_silence(self) -> None:
        """A "no objection" requires one, to this version, by the importing side."""
        for side in self.held:
            state = self._state(side)
            if state.approved:
                assert state.decision is not None
                assert state.decision in self.said["importer"]
                assert isinstance(state.decision.what, NoObjection)
                assert state.decision.version == state.version

    @invariant()
    def no_balance_is_negative(self) -> None:
        """Remaining and exceeded amounts are never negative."""
        for side in self.held:
            for balance in self._state(side).balances:
                for amount in (balance.left, balance.used, balance.exceeded):
                    assert all((getattr(amount, m) or 0) >= 0 for m in MEASURES)

    @invariant()
    def once_all_has_arrived_both_read_the_model(self) -> None:
        """With the same events both sides read the same, and it is what was said."""
        everything = [*self.said["exporter"], *self.said["importer"]]
        state = state_of(everything, self.day)
        assert state == state_of([*reversed(everything), *everything], self.day)
        assert not state.waiting
        if not self.version:
            return
        assert state.version == self.version
        assert (state.name == "withdrawn") == self.withdrawn
        assert state.name == self._name()

    @invariant()
    def a_reply_to_an_old_version_says_so(self) -> None:
        """Each decision on an earlier version that counts has its remark."""
        state = state_of([*self.said["exporter"], *self.said["importer"]], self.day)
        told = {said.event for said in (*state.remarks, *state.wrong)}
        for event in self.said["importer"]:
            old = event.version < state.version
            if old and isinstance(event.what, (NoObjection, Objected, NotForUs)):
                assert event.id in told

    def _name(self) -> str:
        """Say how the notice stands, by the model alone."""
        word = self.words.get(self.version)
        names: dict[type, str] = {
            NoObjection: "no objection",
            Objected: "objection",
            NotForUs: "not for us",
            Queried: "under enquiry",
        }
        if self.withdrawn:
            return "withdrawn"
        if word is not None:
            return names[type(word)]
        until = self.until.get(self.version)
        if self.day > (until or REPLY_BY):
            return "expired without reply"
        mine = [e.what for e in self.said["importer"] if e.version == self.version]
        done = {type(what) for what in mine} if self._knew(self.version) else set()
        if until:
            return "more time"
        counted = {type(e.what) for e in self._counted_replies()}
        if Acknowledged in done & counted:
            return "acknowledged"
        return "viewed" if Viewed in done & counted else "sent"

    def _counted_replies(self) -> list[Event]:
        """Return the replies to the last version that were made when it was known."""
        made = [
            e.seq
            for e in self.said["exporter"]
            if isinstance(e.what, (Sent, Amended)) and e.version == self.version and self._counts(e)
        ]
        return [
            e
            for e in self.said["importer"]
            if e.version == self.version and made and e.seen >= min(made)
        ]

    def _knew(self, version: int) -> bool:
        return any(e.version == version for e in self._counted_replies())

    def _counts(self, event: Event) -> bool:
        """Return whether an event of the exporting side is allowed at that point."""
        before = [e for e in self.said["exporter"] if e.seq < event.seq]
        gone = any(isinstance(e.what, Returned) and e.what.outcome == "shipped" for e in before)
        first = next((e for e in before if isinstance(e.what, Withdrawn) and self._counts(e)), None)
        if isinstance(event.what, Withdrawn):
            return first is None and not gone
        return first is None

    def _gone(self) -> bool:
        """Return whether goods had left before the notice was withdrawn."""
        return any(
            isinstance(e.what, Returned) and e.what.outcome == "shipped" and self._counts(e)
            for e in self.said["exporter"]
        )

    def _known_version(self) -> int:
        """Return the last version that the importing side had seen."""
        seen = self._seen("importer")
        return max(
            (e.version for e in seen if isinstance(e.what, (Sent, Amended)) and self._counts(e)),
            default=0,
        )

    def _seen(self, side: Side) -> list[Event]:
        """Return what a side holds of the other one without a gap, and can take into account."""
        other: Side = "importer" if side == "exporter" else "exporter"
        there = {event.seq: event for event in self.held[side] if event.by == other}
        row: list[Event] = []
        while len(row) + 1 in there:
            row.append(there[len(row) + 1])
        return row

    def _say(self, by: Side, what: What, version: int) -> Event:
        mine = self.said[by]
        event = Event(
            id=f"{by}-{len(mine) + 1}",
            notice=NOTICE.reference,
            by=by,
            seq=len(mine) + 1,
            seen=len(self._seen(by)),
            version=version,
            what=what,
            at=datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC),
        )
        mine.append(event)
        self.held[by].append(event)
        return event

    def _state(self, side: Side) -> State:
        state = state_of(self.held[side], self.day)
        assert structs.replace(state) == state_of(list(reversed(self.held[side])), self.day)
        return state


TwoNodes.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
test_two_nodes = TwoNodes.TestCase
