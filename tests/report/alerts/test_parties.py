"""What a page, a spreadsheet and a table of columns say of a listed party."""

from datetime import date

import msgspec
import pytest
from tests.report.conftest import summarise
from tests.support.matches import MATCH

from tidewaiter.base.phrases import english
from tidewaiter.explain.languages import speaking
from tidewaiter.explain.summary import Counts, Summary
from tidewaiter.explain.words import Library
from tidewaiter.parties.types import Holder, Holding, Owned, OwnershipTest
from tidewaiter.report.alerts.columns import ALERTS, FLAT, flat, nested
from tidewaiter.report.alerts.page import render_report
from tidewaiter.report.alerts.view import alert_view
from tidewaiter.trade.types import Alert


@pytest.fixture
def alert(summary: Summary) -> Alert:
    """Return an alert with a listed party."""
    return msgspec.structs.replace(summary.top[0], parties=(MATCH,))


def test_a_card_says_all_of_a_match(alert: Alert) -> None:
    """List, day, outcome, kind and rarity of the name, ties, both sides, and the notice."""
    counts = Counts(file="x.csv", day=date(2026, 11, 25), registry="r", lines=1)
    page = " ".join(render_report(summarise([alert], counts)).split())
    for said in (
        "weak alias name of organisation W-7",
        "indicted; charge: case dismissed on 2026-09-01",
        "listed since 2026-01-05; list dated 2026-11-01",
        "3 of 24,431 entries have the listed name",
        "According to the list: owned by Beispiel AG (60 %): assets blocked since 2026-02-02.",
        "According to the list: owned by Nobody BV, which is not an entry on the list.",
        "Aggregate ownership by blocked persons, according to the list: 60 %.",
        "Supporting: Muster matches Muster (exact)",
        "Ltd appears only in the list (omitted)",
        "Not for commercial use.",
        "A possible match is not proof of identity.",
    ):
        assert said in page


def test_a_spreadsheet_has_the_notice_beside_the_match(alert: Alert) -> None:
    """Who passes the table on passes the notice on."""
    (cell,) = [cell for cell in flat(alert, FLAT) if "Muster Trading Ltd" in cell]
    assert cell.endswith("probability 0.91 [Not for commercial use.]")


def test_parquet_holds_the_ties(alert: Alert) -> None:
    """The nested row is the record."""
    (row,) = nested([alert]).to_pylist()
    assert set(row) == set(ALERTS.names)
    links = row["parties"][0]["links"]
    assert [each["steps"] for each in links] == [
        list(map(english, link.steps)) for link in MATCH.links
    ]
    assert links[0]["listed"] == date(2026, 2, 2)


def test_a_card_and_a_table_have_the_statements_of_ownership(alert: Alert) -> None:
    """Share, period, source and date of the data; the nested row has the tests of law too."""
    held = Holding(
        owner="Beispiel AG",
        owned="Muster Trading Ltd",
        kind="owned-by",
        share="60 %",
        since="2020-05",
        list="register",
        list_name="Register of Examplia",
        dated=date(2026, 11, 1),
        source="Extract 7",
        holders=(Holder(list="watch", entry="W-8", action="blocked"),),
        joined="name",
    )
    test = OwnershipTest(
        law="United States",
        result="owned",
        share="60 %",
        most="60 %",
        needed="50 %",
        above=False,
        together=True,
        control=False,
        source="OFAC",
        url="https://example.com",
        mark="read",
    )
    match = msgspec.structs.replace(MATCH, owned=Owned(tests=(test,), holdings=(held,)))
    told = msgspec.structs.replace(alert, parties=(match,))
    counts = Counts(file="x.csv", day=date(2026, 11, 25), registry="r", lines=1)
    page = " ".join(render_report(summarise([told], counts)).split())
    assert (
        "Beispiel AG owns 60 % of Muster Trading Ltd (listed as watch W-8: assets blocked; "
        "identified by its name only; since 2020-05; Register of Examplia of 2026-11-01; Extract 7)"
    ) in page
    (row,) = nested([told]).to_pylist()
    assert [each["result"] for each in row["parties"][0]["owned"]["tests"]] == ["owned"]


def test_a_match_is_told_in_the_language(alert: Alert, library: Library) -> None:
    """Role of the party, kind of the listed name, and kind of the listed party."""
    with speaking("es"):
        (told,) = alert_view(1, alert, library, {}).parties
    assert (told.name_kind, told.kind) == ("alias débil", "organización")
    assert told.role == "destinatario"
