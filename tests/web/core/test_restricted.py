"""Restricted alerts: who is not cleared learns of them by no page, order, rule or entry."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs
from tests.web.conftest import Desk, bench
from tests.web.sent import read, sent

from tidewaiter.base.archives import ListFile
from tidewaiter.ledger.proofs import read_proof
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.node.uploads.workers import work_once
from tidewaiter.store.alerts.inverted_index import change_terms, numbers_of
from tidewaiter.store.core import tables
from tidewaiter.web.core.node import Node

Desks = Callable[..., Desk]

LIST = (
    "id,kind,name,countries,action,listed,confidential\n"
    "KRYPT-9,organisation,Ocultamar Comercio,MX,blocked,2026-03-03,yes\n"
)
BOTH = (
    b"consignment,goods,consignee,consignee country\n"
    b"C1,paper,Ocultamar Comercio,MX\nC2,acetic anhydride,Muster GmbH,DE\n"
    b"C3,safrole,Ocultamar Comercio,MX\n"
)


@pytest.fixture
def secret(desk: Desks, node: Node) -> str:
    """Restrict the first alert of the queue, and return its id."""
    name = _ids(desk("analyst", "before"))[0]
    with node.change(None) as work:
        change_terms(work, {"restricted:": list(numbers_of(work, [name]).values())})
        hidden = tables.alert.update().where(tables.alert.c.id == name)
        work.connection.execute(hidden.values(restricted=1))
    return name


def _ids(who: Desk, query: str = "") -> list[str]:
    rows = who.get(f"/queue.json?{query}").json()["rows"]
    return [row["alert"]["id"] for row in rows]


def test_a_file_shows_no_more_than_the_queue(desk: Desks, node: Node, tmp_path: Path) -> None:
    """Nor an open version of an alert that the queue keeps to itself."""
    files = [ListFile(name="own.csv", content=LIST.encode())]
    listed = read_list(files, load_definitions(), "own-watch")
    lists = tmp_path / "lists"
    Archive(lists).add(listed, files, datetime(2026, 11, 1, tzinfo=UTC), dated=date(2026, 10, 1))
    cleared, other = desk("analyst", "one", cleared=True), desk("analyst", "other")
    upload = read(other, sent(other, BOTH), "screen", day="2026-11-25").json()
    node.desk = structs.replace(node.desk, lists=lists)
    work_once(bench(node, node.desk))
    path = f"/screen/{upload['id']}"
    for who, some in ((cleared, 3), (other, 1)):
        found = {each["id"] for each in _lines(who, f"{path}/alerts.jsonl")}
        shown = who.get(f"{path}.json").json()["upload"]
        queued = set(_ids(who, f"screening={shown['screening']}"))
        assert (len(found), sum(shown["alerts"].values())) == (some, some)
        assert found == queued
    assert "KRYPT-9" in cleared.get(f"{path}/alerts.jsonl").text
    for name in ("", ".json", "/alerts.jsonl", "/alerts.csv", "/report.html", "/progress"):
        assert "KRYPT-9" not in other.get(f"{path}{name}").text


def _lines(who: Desk, path: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(each) for each in who.get(path).content.splitlines()]


def test_an_order_does_not_go_on_from_what_is_not_seen(desk: Desks, secret: str) -> None:
    """Its position among the others would reveal its content."""
    one, cleared = desk("analyst", "one"), desk("analyst", "two", cleared=True)
    made_up = one.get("/queue.json?after=nothing-like-it")
    told = one.get(f"/queue.json?after={secret}")
    assert (told.status_code, made_up.status_code) == (400, 400)
    assert told.json()["detail"].replace(secret, "nothing-like-it") == made_up.json()["detail"]
    assert cleared.get(f"/queue.json?after={secret}").status_code == 200


def test_the_audit_says_that_something_was_done(desk: Desks, secret: str) -> None:
    """And to which alert only to those who may see it; the proof of the entry neither."""
    cleared = desk("analyst", "one", cleared=True)
    form = {"verdict": "hold", "reason": "inspect", "seen": "0"}
    assert cleared.post(f"/alerts/{secret}/decision", form).status_code == 303
    reader, chief = desk("supervisor"), desk("supervisor", "chief", cleared=True)
    asked = "/audit.json?action=alert%20decided"
    (seen,), (whole,) = (who.get(asked).json()["entries"] for who in (reader, chief))
    assert (seen["number"], seen["who"]) == (whole["number"], whole["who"])
    assert secret in whole["details"]
    assert secret not in seen["details"]
    proof = f"/audit/{seen['number']}/proof"
    assert reader.get(proof).status_code == 404
    assert secret.encode() in read_proof(chief.get(proof).text).entry
    assert secret not in reader.get("/audit").text


def test_an_uncleared_reader_sees_the_details_of_other_alerts(desk: Desks, secret: str) -> None:
    """Nothing more is hidden than must be."""
    reader = desk("supervisor")
    name = next(each for each in _ids(reader) if each != secret)
    form = {"verdict": "hold", "reason": "inspect", "seen": "0"}
    assert reader.post(f"/alerts/{name}/decision", form).status_code == 303
    (seen,) = reader.get("/audit.json?action=alert%20decided").json()["entries"]
    assert name in seen["details"]


def test_nothing_is_learned_in_the_open(desk: Desks, secret: str) -> None:
    """A decision on a restricted alert is neither looked at nor counted for the offers."""
    chief = desk("supervisor", cleared=True)
    before = chief.get("/suppressions/offers.json").json()
    form = {"verdict": "dismiss", "reason": "other-goods", "seen": "0"}
    assert chief.post(f"/alerts/{secret}/decision", form).status_code == 303
    after = chief.get("/suppressions/offers.json").json()
    assert (after["looked"], after["decided"]) == (before["looked"], before["decided"])
    name = next(each for each in _ids(chief) if each != secret)
    assert chief.post(f"/alerts/{name}/decision", form).status_code == 303
    counted = chief.get("/suppressions/offers.json").json()
    assert (counted["looked"], counted["decided"]) == (before["looked"] + 1, before["decided"] + 1)
