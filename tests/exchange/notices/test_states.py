"""States: what events of both sides make of a notice, on a day."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from tests.support.notices import DAY, NOTICE, REPLY_BY, Talk, changed
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.notices.event_validation import MOST_EVENTS
from tidewaiter.exchange.notices.state import State, acts_of, add, next_due, outcomes_of, state_of
from tidewaiter.exchange.notices.types import (
    Acknowledged,
    Amended,
    Amount,
    Answered,
    Authority,
    LineAmount,
    MoreTime,
    NoObjection,
    NotForUs,
    Objected,
    Queried,
    Recalled,
    Returned,
    Sent,
    Viewed,
    Withdrawn,
)

AFTER = REPLY_BY + timedelta(days=1)
YES = NoObjection(decided_by="Section 4")
NO = Objected(code="importer unknown", decided_by="Section 4")
SECOND = Amended(notice=changed(NOTICE, version=2))
ALL = (LineAmount(line=1, amount=Amount(mass_mg=800_000_000)),)
GONE = Returned(outcome="shipped", on=date(2026, 4, 8), lines=ALL)


def _state(talk: Talk, day: date = DAY) -> State:
    return state_of(talk.events, day)


def test_without_an_event_it_is_a_draft() -> None:
    """Nothing has been sent."""
    state = state_of((), DAY)
    assert state.name == "draft"
    assert not state.approved


@pytest.mark.parametrize(
    ("what", "name"),
    [
        (Viewed(), "viewed"),
        (Acknowledged(), "acknowledged"),
        (YES, "no objection"),
        (NO, "objection"),
        (Queried(text="Who is the last consignee?"), "under enquiry"),
        (MoreTime(until=date(2026, 4, 10)), "more time"),
        (NotForUs(whose="Customs"), "not for us"),
    ],
)
def test_each_reply_has_its_state(what: Viewed, name: str) -> None:
    """Of all of them one alone is a yes."""
    talk = Talk()
    talk.say("importer", what)
    state = _state(talk)
    assert state.name == name
    assert state.approved == (name == "no objection")


def test_silence_is_never_a_yes() -> None:
    """After the deadline it is expired, however long the silence, and however it was opened."""
    silent, opened = Talk(), Talk()
    opened.say("importer", Viewed())
    opened.say("importer", Acknowledged())
    for days in (0, 1, 30, 4_000):
        for talk in (silent, opened):
            state = _state(talk, AFTER + timedelta(days=days))
            assert state.name == "expired without reply"
            assert not state.approved
    assert _state(silent, AFTER).silent
    assert not _state(opened, AFTER).silent
    assert _state(silent, REPLY_BY).name == "sent"


def test_a_late_yes_is_a_yes_that_says_it_is_late() -> None:
    """The importing authority decides for itself until when it answers."""
    talk = Talk()
    talk.say("importer", YES, on=AFTER)
    state = _state(talk, AFTER)
    assert state.approved
    assert state.late


def test_more_time_moves_the_last_day() -> None:
    """Until then the notice waits; then it expires all the same."""
    talk = Talk()
    talk.say("importer", MoreTime(until=date(2026, 4, 10)))
    assert _state(talk, AFTER).name == "more time"
    assert _state(talk, date(2026, 4, 11)).name == "expired without reply"
    less = talk.say("importer", MoreTime(until=date(2026, 4, 9)))
    assert [said.event for said in _state(talk).wrong] == [less.id]


def test_a_conversation_waits_for_whoever_has_to_speak() -> None:
    """A query waits for the exporter, an answered one for the importer; the time may end."""
    talk = Talk()
    query = talk.say("importer", Queried(text="For what?"))
    asked = _state(talk)
    assert (asked.waits_for, asked.open_query) == ("exporter", query.id)
    answer = talk.say("exporter", Answered(query=query.id, text="For cellulose."))
    answered = _state(talk, AFTER)
    assert answered.name == "under enquiry"
    assert (answered.waits_for, answered.open_query) == ("importer", "")
    assert answered.conversation == (query, answer)
    talk.say("importer", YES)
    assert _state(talk).approved


def test_a_query_after_a_yes_takes_it_back() -> None:
    """A new query withdraws the decision."""
    talk = Talk()
    talk.say("importer", YES)
    talk.say("importer", Queried(text="On second thoughts: for what?"))
    assert _state(talk).name == "under enquiry"


def test_an_objection_may_be_lifted_and_a_yes_taken_back() -> None:
    """The last word of the importing side counts."""
    talk = Talk()
    talk.say("importer", NO)
    talk.say("importer", YES)
    assert _state(talk).approved
    talk.say("importer", NO)
    assert _state(talk).name == "objection"


def test_an_amendment_needs_an_answer_of_its_own() -> None:
    """A yes to version 1 is none to version 2, and says so."""
    talk = Talk()
    yes = talk.say("importer", YES)
    talk.say("exporter", SECOND, version=2)
    state = _state(talk)
    assert state.version == 2
    assert state.name == "sent"
    assert [said.event for said in state.remarks] == [yes.id]
    assert "version 1" in state.remarks[0].text
    talk.say("importer", YES, version=2)
    assert _state(talk).approved


def test_a_reply_that_crossed_an_amendment_is_of_the_old_version() -> None:
    """It was written before the amendment arrived, and does not decide on it."""
    talk = Talk()
    talk.say("exporter", SECOND, version=2)
    yes = talk.say("importer", YES, version=1, seen=1)
    state = _state(talk)
    assert not state.approved
    assert [said.event for said in state.remarks] == [yes.id]


def test_a_withdrawn_notice_takes_no_reply() -> None:
    """A reply after it is invalid; one that crossed it is reported, without effect."""
    crossing, after = Talk(), Talk()
    for talk in (crossing, after):
        talk.say("exporter", Withdrawn(reason="no order"))
    yes = crossing.say("importer", YES, seen=1)
    state = _state(crossing)
    assert (state.name, state.wrong) == ("withdrawn", ())
    assert [said.event for said in state.remarks] == [yes.id]
    known = Talk()
    known.say("importer", YES)
    known.say("exporter", Withdrawn())
    assert not _state(known).remarks  # it crossed nothing: the exporter had read it
    late = after.say("importer", YES)
    assert [said.event for said in _state(after).wrong] == [late.id]
    assert _state(after).name == "withdrawn"


@pytest.mark.parametrize(
    ("by", "what", "word"),
    [
        ("importer", Sent(notice=NOTICE), "owns the notice"),
        ("importer", SECOND, "owns the notice"),
        ("importer", Withdrawn(), "owns the notice"),
        ("importer", Answered(query="x", text="y"), "owns the notice"),
        ("exporter", YES, "only from the importing side"),
        ("exporter", Viewed(), "only from the importing side"),
        ("exporter", MoreTime(until=date(2027, 1, 1)), "only from the importing side"),
        ("exporter", Sent(notice=NOTICE), "sent before"),
        ("exporter", Answered(query="none", text="y"), "had not received the query"),
        ("exporter", changed(GONE, outcome="arrived"), "by the exporter's side"),
        ("importer", GONE, "by the importer's side"),
        ("exporter", Amended(notice=changed(NOTICE, version=3)), "the version after 1 must be 2"),
        (
            "importer",
            changed(YES, allowed=(LineAmount(line=1, amount=Amount(mass_mg=10**12)),)),
            "more is allowed",
        ),
        ("importer", changed(YES, allowed=(*ALL, *ALL)), "twice"),
    ],
)
def test_who_may_do_what(by: str, what: Sent, word: str) -> None:
    """An invalid event is reported with its reason, without effect."""
    talk = Talk()
    before = _state(talk)
    event = talk.say("importer" if by == "importer" else "exporter", what)
    state = _state(talk)
    assert [said.event for said in state.wrong] == [event.id]
    assert word in state.wrong[0].text
    assert changed(state, wrong=()) == before
    with pytest.raises(InputError, match=word):
        add(talk.events[:-1], event, DAY)


def test_an_amendment_keeps_both_authorities() -> None:
    """Another recipient is another notice."""
    talk = Talk()
    other = changed(NOTICE, version=2, recipient=Authority(name="a", country="BR"))
    talk.say("exporter", Amended(notice=other), version=2)
    assert _state(talk).version == 1


def test_an_event_waits_for_those_before_it() -> None:
    """A gap holds back what comes after it, on both sides; then all of it counts."""
    talk = Talk()
    talk.say("exporter", SECOND, version=2)
    yes = talk.say("importer", YES, version=2)
    first, second, _ = talk.events
    state = state_of([first, yes], DAY)
    assert state.name == "sent"
    assert state.waiting == (yes.id,)
    assert state_of([second, yes], DAY).name == "draft"
    with raises("exchange/event-not-counted", why="an event before it is missing"):
        add([first], yes, DAY)
    assert state_of([yes, second, first], DAY).approved


def test_any_order_of_arrival_gives_one_state() -> None:
    """All 720 orders of six events, and each of them twice."""
    talk = Talk()
    query = talk.say("importer", Queried(text="?"))
    talk.say("exporter", Answered(query=query.id, text="!"))
    talk.say("exporter", SECOND, version=2)
    talk.say("importer", YES, version=1, seen=2)
    talk.say("importer", NO, version=2)
    wanted = _state(talk)
    for order in permutations(talk.events):
        assert state_of(order, DAY) == wanted
        assert state_of((*order, *reversed(order)), DAY) == wanted


def test_two_events_with_one_number_or_one_id_count_for_nothing() -> None:
    """Contradictory events: neither counts, in either order."""
    talk = Talk()
    yes = talk.say("importer", YES)
    twin, double = changed(yes, what=NO), changed(yes, id="other", what=NO)
    for other in (twin, double):
        for order in permutations([*talk.events, other]):
            state = state_of(order, DAY)
            assert state.name == "sent"
            assert state.wrong


def test_no_side_touches_the_other_by_its_ids() -> None:
    """An importer that takes the id of the notice itself changes nothing of it."""
    talk = Talk()
    viewed = talk.say("importer", Viewed())
    taken = changed(viewed, id=talk.events[0].id)
    state = state_of([talk.events[0], taken], DAY)
    assert state.name == "viewed"
    assert not state.wrong


def test_numbers_begin_at_one_and_end() -> None:
    """An event 0, or one too many, has no place in a chain, and does not wait for one."""
    talk = Talk()
    viewed = talk.say("importer", Viewed())
    for bad in (
        changed(viewed, seq=0),
        changed(viewed, seen=-1),
        changed(viewed, seq=MOST_EVENTS + 1),
    ):
        state = state_of([talk.events[0], bad], DAY)
        assert [said.event for said in state.wrong] == [viewed.id]
        assert not state.waiting


def test_events_of_two_notices_are_refused() -> None:
    """Each notice is folded separately."""
    one, two = Talk(), Talk(changed(NOTICE, reference="DE-2"))
    with raises("exchange/events-of-several-notices"):
        state_of([*one.events, *two.events], DAY)


@pytest.mark.parametrize(
    ("what", "turn", "due"),
    [
        ((), "importer", "reply"),
        ((Viewed(),), "importer", "reply"),
        ((Acknowledged(),), "importer", "reply"),
        ((MoreTime(until=date(2026, 4, 10)),), "importer", "later"),
        ((Queried(text="Who?"),), "exporter", "reply"),
        ((YES,), "exporter", "return"),
        ((NO,), "exporter", None),
        ((NotForUs(),), "exporter", None),
    ],
)
def test_whose_turn_it_is_and_until_when(
    what: tuple[Viewed, ...], turn: str, due: str | None
) -> None:
    """The importing side answers in time; after approval the exporter reports shipments."""
    talk = Talk()
    for each in what:
        talk.say("importer", each)
    state = _state(talk)
    days = {"reply": REPLY_BY, "later": date(2026, 4, 10), "return": state.return_due, None: None}
    assert (state.waits_for, next_due(state)) == (turn, days[due])
    assert state.return_due is None or due == "return"


def test_what_ended_is_nobodys_turn() -> None:
    """A withdrawn, unsent or fully reported notice has no deadline."""
    withdrawn, told = Talk(), Talk()
    withdrawn.say("exporter", Withdrawn())
    told.say("importer", YES)
    told.say("exporter", GONE)
    for events in (withdrawn.events, told.events, []):
        state = state_of(events, DAY)
        assert (state.waits_for, next_due(state)) == (None, None)
    expired = _state(Talk(), AFTER)
    assert (expired.waits_for, next_due(expired)) == ("importer", REPLY_BY)


def test_a_recalled_beginning_leaves_nothing() -> None:
    """What its side destroyed before anything else was said is neither a draft nor sent."""
    (sent,) = Talk().events
    assert state_of([changed(sent, what=Recalled())], DAY).name == "recalled"


def test_nothing_can_be_done_to_a_draft() -> None:
    """Neither side has an act or an outcome."""
    draft = state_of((), DAY)
    assert acts_of("exporter", (), draft) == acts_of("importer", (), draft) == ()
    assert outcomes_of("exporter", (), draft) == ()


def test_one_more_event_gives_the_state_of_all() -> None:
    """The state is the same as for all events together."""
    talk = Talk()
    yes = talk.say("importer", YES)
    assert add(talk.events[:-1], yes, DAY) == _state(talk)


def test_the_last_day_is_in_time() -> None:
    """An answer on that day is on time, and silence starts after it."""
    talk = Talk()
    assert not _state(talk, REPLY_BY).silent
    talk.say("importer", YES, on=REPLY_BY)
    assert not _state(talk, AFTER).late
    assert not _state(talk, AFTER).silent


def test_without_a_last_day_nothing_is_late() -> None:
    """Neither an answer nor silence."""
    talk = Talk(changed(NOTICE, reply_by=None))
    assert not _state(talk, AFTER).silent
    assert _state(talk, AFTER).name == "sent"
    talk.say("importer", YES, on=AFTER)
    state = _state(talk, AFTER)
    assert (state.name, state.late) == ("no objection", False)


def test_a_decision_leaves_no_query_open() -> None:
    """A decision ends the wait for an answer."""
    talk = Talk()
    talk.say("importer", Queried(text="Who?"))
    talk.say("importer", YES)
    assert _state(talk).open_query == ""


def test_what_was_shipped_with_a_yes_has_no_remark() -> None:
    """Without one it has: after silence, of a version that was not approved, or against a no."""
    talks = {name: Talk() for name in ("yes", "no", "silence", "version")}
    talks["yes"].say("importer", YES)
    talks["no"].say("importer", NO)
    talks["version"].say("importer", NO)
    remarks = {}
    for name, talk in talks.items():
        gone = talk.say("exporter", GONE)
        if name == "yes":
            talk.say("importer", Returned(outcome="arrived", on=date(2026, 5, 1), lines=ALL))
        if name == "version":
            talk.say("exporter", SECOND, version=2)
            talk.say("importer", YES, version=2)
        said = _state(talk, AFTER if name == "silence" else DAY).remarks
        remarks[name] = [each.event == gone.id for each in said]
    assert remarks["yes"] == []
    assert remarks["no"] == remarks["silence"] == [True]
    assert remarks["version"].count(True) == 1


def test_a_line_without_an_amount_has_no_balance() -> None:
    """There is nothing to write off."""
    bare = changed(NOTICE.lines[0], net=Amount())
    assert _state(Talk(changed(NOTICE, lines=(bare,)))).balances == ()


@pytest.mark.parametrize(
    "amount", [Amount(mass_mg=5), Amount(volume_ul=5), Amount(pieces=5)], ids=["kg", "l", "pieces"]
)
def test_each_measure_can_be_returned(amount: Amount) -> None:
    """Machines are counted, liquids measured: what left can be told in the measure of its line."""
    talk = Talk(changed(NOTICE, lines=(changed(NOTICE.lines[0], net=amount),)))
    talk.say("importer", YES)
    assert "shipped" in outcomes_of("exporter", talk.events, _state(talk))


def test_a_withdrawal_leaves_no_query_open() -> None:
    """It needs no more answers; goods that arrived anyway are reported."""
    talk = Talk()
    talk.say("importer", Queried(text="Who?"))
    talk.say("exporter", Withdrawn())
    assert _state(talk).open_query == ""
    came = talk.say("importer", Returned(outcome="arrived", on=date(2026, 5, 1), lines=ALL))
    assert [said.event for said in _state(talk).remarks] == [came.id]
