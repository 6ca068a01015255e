"""Previews and offers: what a rule would hide, and what the stored decisions teach."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.removers import (
    CHIEF,
    LISTED,
    OFFICER,
    SCOPE,
    Make,
    MakeBatch,
    approved,
    decide_of,
    remover,
)

from tidewaiter.casework.suppression.scope import subject_of
from tidewaiter.store.alerts.decisions import Wanted
from tidewaiter.store.core.database import Database, open_database
from tidewaiter.store.screening.runs import Run, Source, add_batch, begin_screening
from tidewaiter.store.suppression.proposals import learn, preview, suppressed_by_rule
from tidewaiter.trade.types import Line


def test_decisions_are_learned_from(removers: Database) -> None:
    """What officers dismissed is offered; one confirmed alert, however old, ends the offer."""
    with removers.work(OFFICER) as work:
        for row in range(1, 7):
            decide_of(work, f"alert-{row}")
    with removers.work() as work:
        learned = learn(work)
    (offer,) = learned.offers
    assert (learned.looked, offer.dismissed, offer.scope.phrase) == (6, 6, "acetone remover pads")
    with removers.work(CHIEF) as work:
        decide_of(work, "alert-6", Wanted(verdict="confirm", reason="analysed"))
    with removers.work() as work:
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
    some: list[tuple[str, str, bool]],
    phrase: str,
    *,
    strong: bool,
    tmp_path_factory: pytest.TempPathFactory,
    make_alert: Make,
    make_batch: MakeBatch,
    reading: tuple[Source, Run],
) -> None:
    """Never more, on the same data; strong ones only where it says so."""
    found = []
    for row, (goods, severity, listed) in enumerate(some, start=1):
        line = Line(row=row, consignment=f"C{row}", seq=1, goods=goods)
        parties = (LISTED,) if listed else ()
        found.append(remover(make_alert, row, line=line, severity=severity, parties=parties))
    scope = structs.replace(SCOPE, phrase=phrase)
    with open_database(tmp_path_factory.mktemp("db") / "t.db") as database:
        with database.work(OFFICER) as work:
            batch = structs.replace(make_batch(1, 8), alerts=found, refusals=())
            add_batch(work, begin_screening(work, *reading).id, batch)
            told = preview(work, scope)
        rule = approved(database, scope=scope, strong=strong)
        with database.work() as work:
            hidden = set(suppressed_by_rule(work, rule.number))
        shown = {*told.plain.sample, *(told.strong.sample if strong else ())}
        assert hidden == shown
        assert rule.hidden == told.plain.alerts + (told.strong.alerts if strong else 0)
