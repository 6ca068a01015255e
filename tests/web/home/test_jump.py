"""The jump box: what a text finds, for whom, and with which keys."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk
from tests.web.exchanging import fill_exchange

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.store.alerts.inverted_index import change_terms, numbers_of
from tidewaiter.store.core import tables
from tidewaiter.web.core.node import Node, Serving

Desks = Callable[..., Desk]

LIST = (
    "id,kind,name,countries,action,listed,confidential\n"
    "KRYPT-9,organisation,Ocultamar Comercio,MX,blocked,2026-03-03,yes\n"
    "OPEN-7,organisation,Abierto Comercio,MX,blocked,2026-03-03,no\n"
)


def _found(who: Desk, text: str) -> list[tuple[str, str]]:
    answer = who.get("/jump.json", headers=None) if not text else who.get(f"/jump.json?q={text}")
    assert answer.status_code == 200
    return [(each["kind"], each["path"]) for each in answer.json()["hits"]]


def _first_alert(who: Desk) -> dict[str, Any]:
    return dict(who.get("/queue.json").json()["rows"][0]["alert"])


def test_an_id_and_a_consignment_come_first(desk: Desks) -> None:
    """Of an alert, in full or its beginning."""
    one = desk("analyst")
    alert = _first_alert(one)
    for text in (alert["id"], alert["id"][:8], alert["consignment"]):
        assert _found(one, text)[0] == ("alert", f"/alerts/{alert['id']}")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("108-24-7", "/substances/acetic-anhydride"),
        ("acetic anhydride", "/substances/acetic-anhydride"),
        ("anhydride acétique", "/substances/acetic-anhydride"),
        ("乙酸酐", "/substances/acetic-anhydride"),
    ],
)
def test_a_substance_by_number_and_by_a_name_in_any_language(
    desk: Desks, text: str, path: str
) -> None:
    """Its exact name comes before what only names it."""
    assert _found(desk("analyst"), text)[0] == ("substance", path)


def test_pages_are_those_that_one_may_open(desk: Desks) -> None:
    """Without a text, all of them, at most eight; an administrator finds the plug-ins."""
    assert len(_found(desk("viewer"), "")) == 8
    assert ("page", "/plugins") in _found(desk("administrator"), "plug")
    assert ("page", "/plugins") not in _found(desk("analyst"), "plug")
    assert _found(desk("analyst", "other"), "upl")[0] == ("page", "/screen")


def test_cases_are_those_of_their_members(desk: Desks) -> None:
    """By number and by title."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    number = one.post("/cases.json", {"title": "Drums of solvent"}).json()["number"]
    for text in (str(number), f"%23{number}", "solvent"):
        assert ("case", f"/cases/{number}") in _found(one, text)
        assert ("case", f"/cases/{number}") not in _found(other, text)


def test_notifications_are_for_those_who_exchange(desk: Desks, node: Node) -> None:
    """By their reference."""
    fill_exchange(node)
    kind, path = _found(desk("analyst"), "AX-2026-0041")[0]
    assert (kind, path.startswith("/notices/")) == ("notice", True)
    assert "notice" not in {kind for kind, _ in _found(desk("viewer"), "AX-2026-0041")}


def test_restricted_alerts_stay_unknown(desk: Desks, node: Node) -> None:
    """To those without clearance, by any text."""
    alert = _first_alert(desk("analyst", "before"))
    with node.change(None) as work:
        change_terms(work, {"restricted:": list(numbers_of(work, [alert["id"]]).values())})
        hidden = tables.alert.update().where(tables.alert.c.id == alert["id"])
        work.connection.execute(hidden.values(restricted=1))
    path = f"/alerts/{alert['id']}"
    cleared, other = desk("analyst", "one", cleared=True), desk("analyst", "other")
    for text in (alert["id"], alert["consignment"]):
        assert ("alert", path) in _found(cleared, text)
        assert ("alert", path) not in _found(other, text)


def test_list_entries_by_id_and_name(desk: Desks, node: Node, tmp_path: Path) -> None:
    """Confidential ones for the cleared alone; until lists are loaded, the page says so."""
    files = [ListFile(name="own.csv", content=LIST.encode())]
    lists = tmp_path / "lists"
    Archive(lists).add(
        read_list(files, load_definitions(), "own-watch"),
        files,
        datetime(2026, 11, 1, tzinfo=UTC),
        dated=date(2026, 10, 1),
    )
    node.serving = Serving(db=node.serving.db, lists=str(lists))
    cleared, other = desk("analyst", "one", cleared=True), desk("analyst", "other")
    node.matching.lists(cleared=True)  # loaded here, as it is otherwise by a thread
    for text, paths in (
        ("OPEN-7", {"/lists/own-watch?entry=OPEN-7"}),
        ("comercio", {"/lists/own-watch?entry=OPEN-7", "/lists/own-watch?entry=KRYPT-9"}),
    ):
        assert {path for kind, path in _found(cleared, text) if kind == "entry"} == paths
        seen = {path for kind, path in _found(other, text) if kind == "entry"}
        assert seen == {"/lists/own-watch?entry=OPEN-7"}
    assert "entry" not in {kind for kind, _ in _found(other, "KRYPT-9")}


def test_a_long_or_odd_text_is_no_fault(desk: Desks) -> None:
    """Whatever is typed, the answer is a page or a refusal in words."""
    one = desk("analyst")
    for text in ("%25", "a" * 200, "e-1", "9" * 40, "%00", "(", "-", "x%20OR%20y"):
        assert one.get(f"/jump?q={text}").status_code == 200
    assert one.get(f"/jump?q={'a' * 201}").status_code == 400


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_it_works_with_keys(opened: Opened, width: int) -> None:
    """Ctrl-K from anywhere, "/" where no field has it; arrows, Enter and Esc."""
    page, told = opened("/law/regimes", width=width)
    page.keyboard.press("/")
    dialog, field = page.locator("#jump"), page.locator("#jump input")
    expect(dialog).to_be_visible()
    expect(field).to_be_focused()
    page.keyboard.type("acetic anh")
    expect(dialog.get_by_role("option").first).to_contain_text("Acetic anhydride")
    expect(field).to_have_attribute("aria-expanded", "true")
    first = field.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") != first
    page.keyboard.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") == first
    check_page(page, told, width)
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.goto(page.url.replace("/law/regimes", "/queue"))
    page.keyboard.press("/")
    expect(page.locator(".search input[type=search]")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.type("108-24-7")
    page.keyboard.press("Enter")
    page.wait_for_url("**/substances/acetic-anhydride")
    assert told == []


@pytest.mark.browser
def test_without_a_script_it_is_a_page(opened: Opened) -> None:
    """The link leads to a form with the same results."""
    page, _ = opened("/law", java_script_enabled=False)
    page.locator("[data-jump]").click()
    page.fill(".jump-page input", "upload")
    page.click(".jump-page button")
    expect(page.locator(".hits a").first).to_have_attribute("href", "/screen")
