"""Whatever a stranger sends is checked and folded, and never breaks either."""

from contextlib import suppress
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.exchange.notices.making import records
from tests.support.notices import DAY, NOTICE, Talk, changed, law

from tidewaiter.base.countries import country_codes
from tidewaiter.base.errors import InputError
from tidewaiter.exchange.notices.checks import check
from tidewaiter.exchange.notices.deadlines import reply_deadline
from tidewaiter.exchange.notices.forms import load_forms
from tidewaiter.exchange.notices.state import state_of
from tidewaiter.exchange.notices.types import Authority, Event, Notice
from tidewaiter.exchange.notices.xml import NoticeFile, read_xml, write_xml

days = st.dates()
END = changed(
    NOTICE,
    sent=date.max,
    reply_by=date.max,
    period_until=date.max,
    period_since=date.max,
    transport=changed(NOTICE.transport, dispatch=date.max),
)


@settings(max_examples=200)
@given(notice=records(Notice), day=days)
@example(notice=END, day=date.max)
@example(notice=changed(END, sender=Authority(name="a", country="US")), day=date.min)
def test_any_notice_is_checked(notice: Notice, day: date) -> None:
    """Problems are reported, each with a place, and nothing is raised."""
    for forms in (None, tuple(load_forms())):
        checked = check(notice, day, law(), forms)
        assert all(problem.at and problem.problem for problem in checked.problems)


@settings(max_examples=200)
@given(events=st.lists(records(Event), max_size=4), day=days)
@example(events=Talk(END).events, day=date.max)
@example(events=Talk(changed(END, shipments="multi")).events, day=date.min)
@example(events=Talk(changed(END, reply_by=date.min)).events, day=date.max)
def test_any_events_are_folded(events: list[Event], day: date) -> None:
    """A state results, and it is never approved without an approval."""
    mine = [changed(event, notice=NOTICE.reference) for event in events]
    state = state_of(mine, day)
    assert not state.approved
    assert {said.event for said in state.wrong} <= {event.id for event in mine}


@settings(max_examples=200)
@given(events=st.lists(records(Event), max_size=4), day=days)
def test_any_events_after_a_notice_are_folded(events: list[Event], day: date) -> None:
    """The same, where a notice was sent before them."""
    talk = Talk()
    for place, event in enumerate(events, 1):
        seq, seen = place + (event.by == "exporter"), min(event.seen, 1)
        moved = {"notice": NOTICE.reference, "seq": seq, "seen": seen, "version": 1}
        talk.events.append(changed(event, **moved))
    state = state_of(talk.events, day)
    if state.approved:
        assert state.decision is not None
        assert state.decision.by == "importer"


@settings(max_examples=300)
@given(st.binary(max_size=40), st.integers(0, 3_000), st.integers(0, 3_000))
def test_any_bytes_are_read_or_refused(some: bytes, begin: int, length: int) -> None:
    """A file with a piece replaced is a notice, or an error that a user can mend."""
    good = write_xml(NoticeFile(notice=NOTICE, events=tuple(Talk().events)))
    for raw in (some, good[:begin] + some + good[begin + length :]):
        read = None
        with suppress(InputError):
            read = read_xml(raw, "n.xml")
        assert read is None or read_xml(write_xml(read), "n.xml") == read


def test_every_country_is_answered() -> None:
    """For each country, either the working days are known or they are reported as unknown."""
    for code in sorted(country_codes()):
        notice = changed(NOTICE, recipient=Authority(name="a", country=code))
        due = reply_deadline(notice, DAY).due
        assert due is not None
        assert due.counted is not None
        assert due.day is not None
        assert set(due.counted.missing) <= {code}
