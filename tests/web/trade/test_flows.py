"""The page of flows: its record, its filters, its map, and what those without clearance see."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk

from tidewaiter.store.alerts.storage import add_alerts, alerts_of
from tidewaiter.store.core import tables
from tidewaiter.trade.types import Alert, Stop
from tidewaiter.web.core.node import Node

People = Callable[..., Desk]


def flows_of(one: Desk, query: str = "") -> dict[str, Any]:
    """Return what the record of the page tells."""
    answer = one.get(f"/flows.json{query}")
    assert answer.status_code == 200
    return answer.json()["flows"]  # type: ignore[no-any-return]


def add_secret(node: Node) -> Alert:
    """Store a restricted alert on a route that no other is on."""
    with node.change(None) as work:
        name, screening = work.connection.execute(
            select(tables.alert.c.id, tables.alert.c.screening).limit(1)
        ).one()
        seen = alerts_of(work, [name])[0]
        route = (Stop(function="loading", country="NR"), Stop(function="destination", country="TV"))
        line = msgspec.structs.replace(seen.line, route=route, origin=None, parties=None)
        changes = {"id": "secret", "restricted": True, "line": line, "due": date(2026, 9, 9)}
        secret = msgspec.structs.replace(seen, **changes)
        add_alerts(work, screening, [secret])
    return secret


def test_the_sums_are_those_of_the_queue(desk: People) -> None:
    """Each route's link leads to as many alerts as the route has."""
    one = desk("viewer")
    found = flows_of(one)
    assert found["total"]["alerts"] > 0
    assert sum(each["sum"]["alerts"] for each in found["routes"]) == found["total"]["alerts"]
    for each in found["ends"]:
        if each["origin"] and each["destination"]:
            ends = f"origin={each['origin']}&destination={each['destination']}"
            total = one.get(f"/queue.json?status=all&{ends}").json()["total"]
            assert total == each["sum"]["alerts"]


def test_the_page_tells_what_its_record_tells(desk: People) -> None:
    """Countries and lines of the map lead to the queue with the same filters."""
    one = desk("viewer")
    found = flows_of(one, "?severity=high")
    page = one.get("/flows?severity=high").text
    assert 'href="/flows/world.svg#land"' in page
    for code, alerts in found["countries"].items():
        assert f"/queue?severity=high&amp;status=all&amp;country={code}" in page
        assert alerts > 0
    assert "not a sign of guilt" in page


def test_a_period_is_months_or_days(desk: People) -> None:
    """All months of the strip are any day; an end that passes the other is turned round."""
    one = desk("viewer")
    whole = one.get("/flows.json?first=12&last=119986").json()["query"]
    assert (whole["due_from"], whole["due_to"]) == (None, None)
    january = 2027 * 12
    turned = one.get(f"/flows.json?first={january + 1}&last={january}").json()
    assert turned["query"]["due_from"] == "2027-01-01"
    assert turned["query"]["due_to"] == "2027-02-28"
    days = flows_of(one, "?due_from=2027-01-01&due_to=2027-02-28")
    assert days == turned["flows"]
    assert days["months"] == flows_of(one)["months"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("severity=worst", "web/address-wrong"),
        ("first=1", "web/address-wrong"),
        ("due_from=soon", "web/address-wrong"),
        ("page=2", "web/parameter-unknown"),
    ],
)
def test_what_cannot_be_asked_is_refused(desk: People, query: str, code: str) -> None:
    """With what the address has wrong."""
    answer = desk("viewer").get(f"/flows.json?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_file_has_every_route(desk: People) -> None:
    """One a row, with what has no mass beside what has one."""
    one = desk("viewer")
    answer = one.get("/flows.csv")
    assert "flows.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    total = flows_of(one)["total"]
    assert sum(int(row["alerts"]) for row in rows) == total["alerts"]
    assert sum(int(row["lines_without_net_mass"]) for row in rows) == total["unweighed"]
    grams = sum(round(float(row["net_kg"]) * 1_000_000) for row in rows)
    assert grams == total["net_mg"]


def test_restricted_alerts_leave_no_trace(desk: People, node: Node) -> None:
    """Not a number, not a country, not a month, in the page, its record or its file."""
    before = flows_of(desk("viewer"))
    add_secret(node)
    one, cleared = desk("analyst"), desk("analyst", "reyes", cleared=True)
    assert flows_of(one) == before
    for path in ("/flows", "/flows.csv", "/flows.json"):
        assert not re.search(r"\bNR\b|Nauru|Tuvalu", one.get(path).text)
    seen = flows_of(cleared)
    assert seen["total"]["alerts"] == before["total"]["alerts"] + 1
    assert "NR" in seen["countries"]
    assert "2026-09" in seen["months"]


def test_a_substance_from_a_stranger_is_harmless(desk: People) -> None:
    """The content of the URL is shown as text."""
    page = desk("viewer").get("/flows?substance=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert(1)" not in page
    assert "No alerts match" in page


def test_strangers_see_nothing(stranger: Any) -> None:
    """The page, its file and its map are for those who are signed in."""
    for path, status in (("/flows.json", 401), ("/flows.csv", 303), ("/flows/world.svg", 303)):
        assert stranger.get(path, follow_redirects=False).status_code == status


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_used_by_all(opened: Opened, width: int, scheme: str) -> None:
    """Nothing is cut off, nothing is asked from elsewhere, and axe has nothing to say."""
    page, told = opened("/flows", width=width, color_scheme=scheme)
    page.wait_for_load_state("networkidle")
    check_page(page, told, width)
    land = page.locator(".land").evaluate("node => node.getBBox().width")
    assert land > 1_500  # the outlines were allowed in, and drawn
    assert told == []


@pytest.mark.browser
def test_the_strip_and_the_map_work_by_keyboard(opened: Opened) -> None:
    """The period moves by arrow keys; the map tells the number of what is gone to."""
    page, told = opened("/flows")
    before = page.locator(".flow-total strong").inner_text()
    page.keyboard.press("p")
    page.keyboard.press("End")  # the first month is the last one of the strip now
    expect(page.locator(".flow-total strong")).not_to_have_text(before)
    assert page.evaluate("document.activeElement.id") == "flow-first"
    assert "first=" in page.url
    page.keyboard.press("Home")
    expect(page.locator(".flow-total strong")).to_have_text(before)
    page.keyboard.press("m")
    says = page.evaluate("document.activeElement.getAttribute('aria-label')")
    expect(page.locator("[data-told]")).to_have_text(says)
    page.keyboard.press("ArrowRight")
    other = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert other != says
    expect(page.locator("[data-told]")).to_have_text(other)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue?**")
    assert told == []


@pytest.mark.browser
def test_a_narrow_map_begins_at_the_largest_line(opened: Opened) -> None:
    """Not at the Pacific, which is at the edge of the map."""
    page, told = opened("/flows", width=390)
    page.wait_for_load_state("networkidle")
    middle = page.evaluate("""(() => {
        const line = [...document.querySelectorAll('[data-map] a:has(.line)')].at(-1);
        const box = line.getBoundingClientRect();
        return box.left + box.width / 2;
    })()""")
    assert 0 < middle < 390
    assert told == []


@pytest.mark.browser
def test_the_strip_is_brushed_by_mouse(opened: Opened) -> None:
    """From where the mouse goes down to where it goes up."""
    page, told = opened("/flows")
    box = page.locator("[data-brush]").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.9, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=3)
    page.mouse.up()
    page.wait_for_url("**first=**")
    first, last = (int(n) for n in re.findall(r"(?:first|last)=(\d+)", page.url))
    assert last - first == 12
    assert told == []
