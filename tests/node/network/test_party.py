"""What is known of a party: listings, ownership, alerts, and how it is found."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from tests.node.network.conftest import (
    MARCH,
    alert_of,
    lines_of,
    match_of,
    profiles_by_name,
    seen_in,
    stamp,
    store,
)

from tidewaiter.base.phrases import Phrase
from tidewaiter.node.network.party import view_party
from tidewaiter.parties.types import ListedLink
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database
from tidewaiter.store.network.entities import search_entities

Resolved = Callable[..., None]


def test_restricted_alerts_and_entries_leave_no_trace(
    database: Database, resolved: Resolved
) -> None:
    """Neither in lists nor in counts, for those who are not cleared."""
    hidden = alert_of(
        2,
        restricted=True,
        parties=[match_of("Ornek Kimya AS", "S-1", role="exporter", confidential=True)],
    )
    shown = alert_of(1, parties=[match_of("Ornek Kimya AS", "B-1", role="exporter")])
    resolved(database, MARCH, alerts=[shown, hidden])
    with database.work() as work:
        number = profiles_by_name(work)["Ornek Kimya AS"].entity
        views = {
            cleared: view_party(seen_in(work, cleared=cleared), number) for cleared in (True, False)
        }
    told, untold = views[True], views[False]
    assert told is not None
    assert untold is not None
    assert (told.alerts.total, untold.alerts.total) == (2, 1)
    assert (told.alerts.substances, untold.alerts.substances) == ({"acetone": 2}, {"acetone": 1})
    assert [each.match.entry for each in untold.listings] == ["B-1"]
    assert {each.match.entry for each in told.listings} == {"B-1", "S-1"}
    assert "S-1" not in repr(untold)


def test_what_is_said_of_its_ship_is_not_said_of_a_firm(
    database: Database, resolved: Resolved
) -> None:
    """Of one name and one alert, the firm has what is of its role; all, where no role was kept."""
    name, likely = "Ornek Kimya AS", {"role": "vessel", "kind": "vessel", "probability": 0.99}
    older = [match_of(name, "S-1", **likely), match_of(name, "B-1", role="exporter")]
    newer = [match_of(name, "B-1", **likely), match_of(name, "B-1", role="exporter")]
    resolved(database, MARCH, alerts=[alert_of(1, parties=older), alert_of(2, parties=newer)])

    def told() -> list[tuple[str, str | None, int]]:
        with database.work() as work:
            view = view_party(seen_in(work), profiles_by_name(work)[name].entity)
            assert view is not None
            return [(each.match.entry, each.match.role, each.alerts) for each in view.listings]

    assert told() == [("B-1", "exporter", 2)]
    with database.work(stamp()) as work:
        work.connection.execute(update(tables.alert_party).values(role=None))
    assert told() == [("B-1", "vessel", 2), ("S-1", "vessel", 1)]


def test_ownership_that_a_list_tells_ties_two_parties(
    database: Database, resolved: Resolved
) -> None:
    """Between those that resemble its entries; through confidential ones for the cleared alone."""
    open_, secret = (
        ListedLink(
            entry="B-2",
            name="Voorbeeld",
            owned=True,
            steps=(Phrase("tie/owned-by", name="Voorbeeld (60 %)"),),
            confidential=confidential,
        )
        for confidential in (False, True)
    )
    for link, told in ((open_, 1), (secret, 0)):
        with database.work(stamp()) as work:
            for table in reversed(tables.METADATA.sorted_tables):
                if table.name not in {"audit", "audit_node"}:
                    work.connection.execute(table.delete())
        matches = [
            match_of("Ornek Kimya AS", "B-1", role="exporter", links=(link,)),
            match_of("Voorbeeld Handel BV", "B-2"),
        ]
        resolved(database, MARCH, alerts=[alert_of(1, parties=matches)])
        with database.work() as work:
            number = profiles_by_name(work)["Ornek Kimya AS"].entity
            view = view_party(seen_in(work), number)
            cleared = view_party(seen_in(work, cleared=True), number)
        assert view is not None
        assert cleared is not None
        assert (len(view.owned), len(cleared.owned)) == (told, 1)
        assert cleared.owned[0].other.name == "Voorbeeld Handel BV"
        assert not cleared.owned[0].is_owner


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ornek kimya", "Ornek Kimya AS"),
        ("Örnek Kimya Anonim Şirketi", "Ornek Kimya AS"),
        ("0232 441 00 00", "Ornek Kimya AS"),
        ("info@voorbeeld.nl", "Voorbeeld Handel BV"),
        ("NL8234567891", "Voorbeeld Handel BV"),
        ("Shanghai Huagong", "上海化工进出口有限公司"),
        ("上海化工进出口", "上海化工进出口有限公司"),
        ("Жук", "Zhuk"),
    ],
)
def test_a_party_is_found_by_what_it_gives(
    database: Database, resolved: Resolved, asked: str, found: str
) -> None:
    """By a name in any script, a telephone, an e-mail, a number."""
    more = [
        ("C7", "", [("exporter", {"name": "上海化工进出口有限公司", "country": "CN"})]),
        ("C8", "", [("exporter", {"name": "Zhuk", "country": "UA"})]),
    ]
    store(database, MARCH)
    resolved(database, lines_of(more), file="b")
    with database.work() as work:
        hits = search_entities(work, seen_in(work).run, asked)
    assert hits
    assert hits[0].profile.name == found


def test_an_owner_on_another_list_ties_two_parties(database: Database, resolved: Resolved) -> None:
    """The link names the list of the other entry: that id on another list is another entry."""
    link = ListedLink(
        entry="7",
        name="Voorbeeld",
        owned=True,
        steps=(Phrase("tie/owned-by", name="Voorbeeld (60 %)"),),
        list="other",
        list_name="Other list",
    )
    for slug, told in (("other", 1), ("board", 0)):
        with database.work(stamp()) as work:
            for table in reversed(tables.METADATA.sorted_tables):
                if table.name not in {"audit", "audit_node"}:
                    work.connection.execute(table.delete())
        matches = [
            match_of("Ornek Kimya AS", "B-1", role="exporter", links=(link,)),
            match_of("Voorbeeld Handel BV", "7", list=slug),
        ]
        resolved(database, MARCH, alerts=[alert_of(1, parties=matches)])
        with database.work() as work:
            view = view_party(seen_in(work), profiles_by_name(work)["Ornek Kimya AS"].entity)
        assert view is not None
        assert len(view.owned) == told
