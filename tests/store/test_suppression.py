"""Suppression rules in the database: approved, applied, ended, and nothing lost."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.casework.suppression.subject import subject_of
from tidewaiter.casework.suppression.suppression import Proposal, Suppression
from tidewaiter.consignments.types import Alert, Line, Mention, PartyMatch
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.batches import Batch, add_batch
from tidewaiter.store.database import Database, Stamp, Work, open_database
from tidewaiter.store.decisions import Wanted, decide, standings, take_back
from tidewaiter.store.learning import learn
from tidewaiter.store.previews import hidden_by_day, preview, resting, rules_that_hide
from tidewaiter.store.queue import count_alerts, matching_ids
from tidewaiter.store.queuefilter import AlertFilter, Queue
from tidewaiter.store.screenings import Run, Source, begin_screening
from tidewaiter.store.suppression import (
    approve,
    end,
    expire,
    propose,
    refuse,
    steps_of,
    suppression_of,
    suppressions,
)

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
OFFICER = Stamp(who="reyes", at=DAY)
CHIEF = Stamp(who="okafor", at=DAY)
SCOPE = Scope(substances=("acetone",), phrase="acetone remover", most="high")
DISMISS = Wanted(verdict="dismiss", reason="other-goods")
Make = Callable[..., Alert]
MakeBatch = Callable[[int, int], Batch]
LISTED = PartyMatch(
    role="consignee", name="X", list="own", list_name="Own", version="", list_day=None, entry="1",
    listed_name="X", name_kind="primary", kind="organisation", probability=0.9, action="blocked",
)  # fmt: skip


def _remover(make_alert: Make, row: int, **change: object) -> Alert:
    """Make an alert on a nail polish remover, which contains the word of a substance."""
    goods = f"Acetone remover pads {row}"
    facts: dict[str, object] = {
        "severity": "medium",
        "line": Line(row=row, consignment=f"C{row}", seq=1, goods=goods, hs="33043000"),
        "mentions": (
            Mention(
                substance="acetone", name="Acetone", cas=None, field="goods", start=0, end=7,
                text="Acetone", how="exact", tier="strong", score=0.98,
            ),
        ),
    }  # fmt: skip
    return make_alert(row, **(facts | change))


def _proposal(**change: object) -> Proposal:
    facts: dict[str, object] = {
        "scope": SCOPE, "reason": "other-goods", "owner": "reyes", "expires": date(2026, 9, 1),
    }  # fmt: skip
    return Proposal(**(facts | change))  # type: ignore[arg-type]


@pytest.fixture
def store(
    database: Database, reading: tuple[Source, Run], make_batch: MakeBatch
) -> Callable[..., None]:
    """Store alerts about the rows from 1 to 40."""

    def put(*found: Alert) -> None:
        with database.work(OFFICER) as work:
            batch = structs.replace(make_batch(1, 40), alerts=found, refusals=())
            add_batch(work, begin_screening(work, *reading).id, batch)

    return put


@pytest.fixture
def filled(database: Database, store: Callable[..., None], make_alert: Make) -> Database:
    """Store six removers, a strong one, a restricted one, and two alerts of another kind."""
    removers = [_remover(make_alert, row) for row in range(1, 7)]
    store(
        *removers,
        _remover(make_alert, 7, parties=(LISTED,)),
        _remover(make_alert, 8, restricted=True),
        make_alert(9),
        make_alert(10),
    )
    return database


def _approved(database: Database, **change: object) -> Suppression:
    with database.work(OFFICER) as work:
        rule = propose(work, _proposal(**change))
    with database.work(CHIEF) as work:
        return approve(work, rule).suppression


def _counts(database: Database) -> dict[str, int]:
    with database.work() as work:
        counts = count_alerts(work, Queue(today=DAY.date(), cleared=True), "status")
    return {name: count for name, count in counts.items() if count}


def _standing(work: Work, status: Status) -> list[str]:
    """Return the ids of alerts that the queue finds by a status."""
    wanted = AlertFilter(status=(status,))
    return matching_ids(work, Queue(wanted=wanted, today=DAY.date(), cleared=True), 100)


def _decide(work: Work, alert: str, wanted: Wanted = DISMISS) -> None:
    decide(work, standings(work, [alert])[alert], wanted)


def test_a_proposed_rule_hides_nothing(filled: Database) -> None:
    """Only an approved one does; what it hides is what its preview told."""
    with filled.work(OFFICER) as work:
        rule = propose(work, _proposal())
        told = preview(work, rule.proposal.scope)
    assert _counts(filled) == {"open": 10}
    assert (told.plain.alerts, told.strong.alerts, told.stored) == (6, 1, 9)
    assert (told.plain.by_severity, told.plain.by_month) == ({"medium": 6}, {"2026-03": 6})
    assert told.strong.sample == ("alert-7",)
    with filled.work(CHIEF) as work:
        changed = approve(work, rule, "seen the papers")
        assert set(resting(work, rule.number)) == set(told.plain.sample)
        steps = steps_of(work, rule.number)
    assert (changed.alerts, changed.suppression.hidden) == (6, 6)
    assert (changed.suppression.state, changed.suppression.since) == ("active", DAY.date())
    assert [(step.step, step.by) for step in steps] == [
        ("proposed", "reyes"), ("approved", "okafor"),
    ]  # fmt: skip
    assert _counts(filled) == {"open": 4, "suppressed": 6}


def test_what_comes_later_rests_and_is_countable(
    database: Database, store: Callable[..., None], make_alert: Make
) -> None:
    """It is stored whole, read like any other, and the audit says so without its words."""
    rule = _approved(database)
    store(_remover(make_alert, 1), make_alert(2), _remover(make_alert, 3, restricted=True))
    with database.work() as work:
        (rests,) = alerts_of(work, _standing(work, "suppressed"))
        assert rests == _remover(make_alert, 1)
        assert len(_standing(work, "open")) == 2
        assert rules_that_hide(work, ["alert-1", "alert-2"]) == {"alert-1": rule.number}
        assert hidden_by_day(work, rule.number) == {"2026-03-01": 1}
        entries = audit_entries(work)
        assert verify_audit(work).broken is None
    (entry,) = [each for each in entries if each.action == "alerts suppressed"]
    assert entry.details == f'{{"alerts":1,"first":"alert-1","suppression":{rule.number}}}'
    assert not any("remover" in each.details for each in entries)


def test_strong_alerts_rest_by_a_rule_that_says_so_and_two_approved(filled: Database) -> None:
    """Whoever proposed it cannot approve it alone."""
    with filled.work(OFFICER) as work:
        rule = propose(work, _proposal(strong=True))
    with pytest.raises(InputError, match="has proposed this rule"), filled.work(OFFICER) as work:
        approve(work, rule)
    assert _counts(filled) == {"open": 10}
    with filled.work(CHIEF) as work:
        assert approve(work, rule).alerts == 7
    assert _counts(filled) == {"open": 3, "suppressed": 7}  # the restricted one never rests


def test_what_a_rule_hid_comes_back_unless_decided(filled: Database) -> None:
    """When the rule ends, by hand or by its day."""
    rule = _approved(filled)
    with filled.work(OFFICER) as work:
        _decide(work, "alert-2")
        _decide(work, "alert-3", Wanted(verdict="hold", reason="inspect"))
        rule = suppression_of(work, rule.number)
        assert rule.hidden == 4
        with pytest.raises(InputError, match="say why"):
            end(work, rule, " ")
        changed = end(work, rule, "the maker changed the pads")
    assert (changed.alerts, changed.suppression.state) == (4, "ended")
    assert _counts(filled) == {"open": 8, "dismissed": 1, "held": 1}


def test_a_rule_ends_on_its_day(filled: Database) -> None:
    """It hides nothing from that day on, and is told once."""
    rule = _approved(filled)
    later = Stamp(who="officer", at=datetime(2026, 9, 1, 0, 1, tzinfo=UTC))
    with filled.work(later) as work:
        assert expire(work, date(2026, 8, 31)) == []
        (over,) = expire(work, date(2026, 9, 1))
        assert (over.suppression.number, over.alerts) == (rule.number, 6)
        assert expire(work, date(2026, 9, 1)) == []
        assert suppressions(work, ["expired"])[0].number == rule.number
    assert _counts(filled) == {"open": 10}


def test_a_rule_past_its_day_hides_nothing_that_comes(
    database: Database, make_alert: Make, reading: tuple[Source, Run],
    make_batch: MakeBatch,
) -> None:  # fmt: skip
    """Though nobody has ended it yet."""
    _approved(database)
    late = Stamp(who="officer", at=datetime(2026, 9, 1, 0, 1, tzinfo=UTC))
    with database.work(late) as work:
        batch = structs.replace(make_batch(1, 9), alerts=[_remover(make_alert, 1)], refusals=())
        add_batch(work, begin_screening(work, *reading).id, batch)
    assert _counts(database) == {"open": 1}


def test_a_proposal_that_nobody_approved_expires(filled: Database) -> None:
    """It cannot be approved on its last day, and is no longer proposed after it."""
    with filled.work(OFFICER) as work:
        rule = propose(work, _proposal(expires=date(2026, 3, 2)))
    late = Stamp(who="okafor", at=DAY + timedelta(days=1))
    with pytest.raises(InputError, match="ends on 2026-03-02"), filled.work(late) as work:
        approve(work, rule)
    with filled.work(late) as work:
        assert expire(work, late.at.date()) == []
        assert suppression_of(work, rule.number).state == "expired"


def test_another_rule_that_is_about_the_same_keeps_it_resting(filled: Database) -> None:
    """What one rule leaves, another takes, and the count is of the second then."""
    first = _approved(filled)
    second = _approved(filled, scope=structs.replace(SCOPE, phrase="", heading="3304"))
    with filled.work(CHIEF) as work:
        assert suppression_of(work, second.number).hidden == 0
        assert end(work, suppression_of(work, first.number), "one is enough").alerts == 0
        assert suppression_of(work, second.number).hidden == 6
        assert set(rules_that_hide(work, ["alert-1"]).values()) == {second.number}
    assert _counts(filled) == {"open": 4, "suppressed": 6}


def test_what_an_officer_opened_again_stays_open(filled: Database) -> None:
    """A rule hides nothing that an officer has looked at."""
    with filled.work(OFFICER) as work:
        _decide(work, "alert-1")
        take_back(work, standings(work, ["alert-1"])["alert-1"])
    _approved(filled)
    assert _counts(filled) == {"open": 5, "suppressed": 5}


def test_the_later_of_two_supervisors_is_told(filled: Database) -> None:
    """A rule that another has refused since is not approved."""
    with filled.work(OFFICER) as work:
        rule = propose(work, _proposal())
    with filled.work(CHIEF) as work:
        refuse(work, rule, "too broad")
    with pytest.raises(ConflictError, match="was refused by okafor"), filled.work(CHIEF) as work:
        approve(work, rule)
    with filled.work(CHIEF) as work, pytest.raises(ConflictError, match="is refused, not proposed"):
        approve(work, suppression_of(work, rule.number))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires": date(2026, 3, 1)}, "cannot end on"),
        ({"expires": date(2027, 3, 3)}, "cannot end on"),
        ({"owner": " "}, "no owner"),
        ({"reason": "repeated"}, "no reason to let alerts rest"),
        ({"reason": "other"}, "words of your own"),
        ({"scope": Scope()}, "does not say what was found"),
    ],
)
def test_a_proposal_that_lacks_something_is_refused(
    database: Database, change: dict[str, object], said: str
) -> None:
    """Nothing is kept of it."""
    with pytest.raises(InputError, match=said), database.work(OFFICER) as work:
        propose(work, _proposal(**change))
    with database.work() as work:
        assert suppressions(work) == []


def test_no_rule_has_that_number(database: Database) -> None:
    """It is said, with what would do."""
    with database.work() as work, pytest.raises(MissingError, match="no suppression rule"):
        suppression_of(work, 7)


def test_decisions_are_learned_from(filled: Database) -> None:
    """What officers dismissed is offered; one confirmed alert, however old, ends the offer."""
    with filled.work(OFFICER) as work:
        for row in range(1, 7):
            _decide(work, f"alert-{row}")
    with filled.work() as work:
        learned = learn(work)
    (offer,) = learned.offers
    assert (learned.looked, offer.dismissed, offer.scope.phrase) == (6, 6, "acetone remover pads")
    with filled.work(CHIEF) as work:
        _decide(work, "alert-6", Wanted(verdict="confirm", reason="analysed"))
    with filled.work() as work:
        assert learn(work).offers == ()


def test_an_alert_is_seen_as_it_is_stored(make_alert: Make) -> None:
    """A rule sees the same of an alert in memory as of the one in the database."""
    seen = subject_of(make_alert(1, restricted=True, parties=(LISTED,)))
    assert (seen.id, seen.severity, seen.restricted) == ("alert-1", "high", True)
    assert [each.rule for each in seen.reasons] == ["named", "route"]
    assert [each.list for each in seen.parties] == ["own"]


_SOME = st.lists(
    st.tuples(
        st.sampled_from(["Acetone remover", "Acetone", "Acetone remover pads"]),
        st.sampled_from(["low", "medium", "high", "critical"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=_SOME, phrase=st.sampled_from(["acetone remover", "acetone"]), strong=st.booleans())
def test_a_rule_hides_what_its_preview_said(
    some: list[tuple[str, str, bool]], phrase: str, *, strong: bool,
    tmp_path_factory: pytest.TempPathFactory, make_alert: Make, make_batch: MakeBatch,
    reading: tuple[Source, Run],
) -> None:  # fmt: skip
    """Never more, on the same data; strong ones only where it says so."""
    found = []
    for row, (goods, severity, listed) in enumerate(some, start=1):
        line = Line(row=row, consignment=f"C{row}", seq=1, goods=goods)
        parties = (LISTED,) if listed else ()
        found.append(_remover(make_alert, row, line=line, severity=severity, parties=parties))
    scope = structs.replace(SCOPE, phrase=phrase)
    with open_database(tmp_path_factory.mktemp("db") / "t.db") as database:
        with database.work(OFFICER) as work:
            batch = structs.replace(make_batch(1, 8), alerts=found, refusals=())
            add_batch(work, begin_screening(work, *reading).id, batch)
            told = preview(work, scope)
        rule = _approved(database, scope=scope, strong=strong)
        with database.work() as work:
            hidden = set(resting(work, rule.number))
        shown = {*told.plain.sample, *(told.strong.sample if strong else ())}
        assert hidden == shown
        assert rule.hidden == told.plain.alerts + (told.strong.alerts if strong else 0)
