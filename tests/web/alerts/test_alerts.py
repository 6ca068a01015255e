"""The page of an alert, and what is decided there."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from markupsafe import escape
from msgspec import structs
from playwright.sync_api import expect
from sqlalchemy import update
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk
from tests.web.exchanging import meet

from tidewaiter.base.phrases import as_written, read_phrase
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.alerts.versions import mark_alerts
from tidewaiter.store.core import tables
from tidewaiter.trade.alerts import with_reasons
from tidewaiter.trade.types import Alert, Reason
from tidewaiter.web.core.node import Node


def test_the_page_and_its_record_tell_the_same(desk: Callable[..., Desk]) -> None:
    """The title, the reasons and the other lines are in both."""
    one = desk("viewer")
    name = one.alerts()[0]
    record, page = one.get(f"/alerts/{name}.json").json(), one.get(f"/alerts/{name}").text
    assert record["alert"]["id"] == name
    assert record["standing"]["status"] == "open"
    assert record["alert"]["reasons"]
    for reason in record["alert"]["reasons"]:
        assert escape(reason["text"]) in page


def test_the_page_tells_what_the_order_of_work_adds_up_from(
    desk: Callable[..., Desk], node: Node
) -> None:
    """Points, days left, papers that disagree and what is unusual add up to the rank."""
    one = desk("viewer")
    name = one.alerts()[0]
    made = Reason(rule="detour", says=as_written("A detour."), points=2, source="made up")

    def mark(alert: Alert) -> Alert:
        return with_reasons(alert, (*alert.reasons, made), node.alert_rules)

    with node.database.work(own_stamp()) as work:
        mark_alerts(work, [name], mark)
    after = msgspec.convert(
        one.get(f"/alerts/{name}.json").json()["alert"], Alert, dec_hook=read_phrase
    )
    order = node.alert_rules.order_of(after.reasons)
    urgency = node.alert_rules.urgency_of(after.days_left)
    assert min(order, urgency) > 0
    points = sum(reason.points for reason in after.reasons)
    assert after.rank == max(points, after.score) + urgency + order
    page = one.get(f"/alerts/{name}").text
    for part in (after.rank, points, urgency):
        assert re.search(rf"priority score .*\b{part}\b", page)


def test_what_other_lines_say_stands_among_the_reasons(
    desk: Callable[..., Desk], node: Node
) -> None:
    """With the alert's previous content; what follows a decision is shown separately."""
    one = desk("analyst")
    name = one.alerts()[0]
    made = Reason(
        rule="split", says=as_written("Three lines reach it."), points=0, source="EU 2015/1011"
    )

    def mark(alert: Alert) -> Alert:
        return structs.replace(alert, reasons=(*alert.reasons, made))

    with node.database.work(own_stamp()) as work:
        mark_alerts(work, [name], mark)
    one.send(f"/alerts/{name}/decision", {"verdict": "hold", "reason": "inspect", "seen": 0})
    made = structs.replace(made, rule="detour")
    with node.database.work(own_stamp()) as work:
        mark_alerts(work, [name], mark)
    record, page = one.get(f"/alerts/{name}.json").json(), one.get(f"/alerts/{name}").text
    assert [each["number"] for each in record["versions"]] == [0, 1]
    for text in (
        "Three lines reach it.",
        "As first raised",
        "decision made on this version",
        "Since the decision, seen on",
    ):
        assert text in page, text
    for rule in ("split", "detour"):
        assert name in one.get(f"/queue?rule={rule}&status=held").text


def test_a_role_of_the_papers_is_shown_as_it_is_written(
    desk: Callable[..., Desk], node: Node
) -> None:
    """Any characters are text, and a known role is translated."""
    one = desk("viewer")
    name = one.alerts()[0]
    assert ">consignee</span>" in one.get(f"/alerts/{name}").text
    kept = tables.party_line
    with node.database.work(own_stamp()) as work:
        work.connection.execute(update(kept).values(role=kept.c.role + "<b>50% x</b>"))
    page = one.get(f"/alerts/{name}")
    assert (page.status_code, "consignee<b>" in page.text) == (200, False)
    assert "consignee&lt;b&gt;50% x&lt;/b&gt;" in page.text


def test_a_decision_leads_to_the_next_alert(desk: Callable[..., Desk]) -> None:
    """And its record goes to a program."""
    one = desk("analyst")
    name = one.alerts()[0]
    form = {"verdict": "hold", "reason": "inspect", "note": "at the scanner", "seen": "0"}
    answer = one.post(f"/alerts/{name}/decision", form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/alerts/")
    assert name not in answer.headers["location"]
    record = one.get(f"/alerts/{name}.json").json()
    assert record["standing"]["status"] == "held"
    assert [step["note"] for step in record["trail"]] == ["at the scanner"]
    assert record["trail"][0]["by"] == f"account {one.account.id}"
    undone = one.send(f"/alerts/{name}/undo", {"seen": record["standing"]["decided"]})
    assert undone.json()["status"] == "open"


def test_what_another_decided_is_not_covered(desk: Callable[..., Desk]) -> None:
    """An officer who did not see it is refused, and nothing is changed."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    name = one.alerts()[0]
    form = {"verdict": "hold", "reason": "inspect", "seen": "0"}
    assert one.post(f"/alerts/{name}/decision", form).status_code == 303
    late = other.post(
        f"/alerts/{name}/decision", {**form, "verdict": "release", "reason": "permitted"}
    )
    assert late.status_code == 409
    assert one.get(f"/alerts/{name}.json").json()["standing"]["status"] == "held"


def test_a_decision_that_nobody_made_was_not_seen(desk: Callable[..., Desk]) -> None:
    """Naming one asks the officer to reload, and the alert stays open."""
    one = desk("analyst")
    name = one.alerts()[0]
    body = {"verdict": "hold", "reason": "inspect", "seen": 9}
    answer = one.send(f"/alerts/{name}/decision", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "store/alert-has-no-decision")
    assert one.get(f"/alerts/{name}.json").json()["standing"]["status"] == "open"


@pytest.mark.parametrize("action", ["decision", "undo", "assign"])
def test_a_viewer_changes_nothing(desk: Callable[..., Desk], action: str) -> None:
    """Nor are they offered to."""
    one = desk("viewer")
    name = one.alerts()[0]
    form = {"verdict": "hold", "reason": "inspect", "seen": "0"}
    assert one.post(f"/alerts/{name}/{action}", form).status_code == 403
    assert "data-decide" not in one.get(f"/alerts/{name}").text


def test_alerts_go_to_people_who_are_there(desk: Callable[..., Desk]) -> None:
    """An unknown name is refused, and nothing is changed."""
    one = desk("analyst", "one")
    name = one.alerts()[0]
    assert one.post(f"/alerts/{name}/assign", {"to": "One"}).status_code == 303
    assert one.post(f"/alerts/{name}/assign", {"to": "nobody"}).status_code == 400
    assert one.get(f"/alerts/{name}.json").json()["standing"]["assignee"] == "one"


def test_what_is_not_an_alert_is_told(desk: Callable[..., Desk]) -> None:
    """With the place to look."""
    one = desk("viewer")
    assert one.get("/alerts/nothing.json").json()["code"] == "web/no-alert"
    assert one.get("/alerts/nothing").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_used_by_all(
    opened: Opened, desk: Callable[..., Desk], width: int, scheme: str
) -> None:
    """Nothing is cut off, nothing is asked from elsewhere, and axe has nothing to say."""
    name = desk("analyst", "reader").alerts()[0]
    page, told = opened(f"/alerts/{name}", width=width, color_scheme=scheme)
    check_page(page, told, width)


@pytest.mark.browser
def test_tab_follows_what_is_seen_on_a_telephone(opened: Opened, desk: Callable[..., Desk]) -> None:
    """The decision stands below the reasons there, and beside them on a wide screen."""
    name = desk("analyst", "reader").alerts()[0]
    page, told = opened(f"/alerts/{name}", width=390)
    before = "!!(document.querySelector('.decide').compareDocumentPosition("
    after = "document.querySelector('.law-short')) & Node.DOCUMENT_POSITION_FOLLOWING)"
    assert page.evaluate(before + after)
    tops = page.evaluate("""[...document.querySelectorAll('.desk button, .desk a, .desk summary')]
        .filter((each) => each.matches('summary') || !each.closest('details:not([open])'))
        .map((each) => each.getBoundingClientRect()).filter((box) => box.height)
        .map((box) => box.bottom + scrollY)""")
    assert all(second > first - 60 for first, second in pairwise(tops))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_function(f"!({before}{after})")
    assert told == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "most"), [(1280, 1_600), (390, 3_500)])
def test_the_page_is_short_until_something_is_unfolded(
    opened: Opened, desk: Callable[..., Desk], width: int, most: int
) -> None:
    """The worst alerts are read without endless scrolling; the header is one sentence."""
    for name in desk("analyst", "reader").alerts()[:5]:
        page, told = opened(f"/alerts/{name}", width=width)
        assert page.evaluate("document.documentElement.scrollHeight") <= most
        assert "→" in page.locator("h1").inner_text()
        assert told == []


@pytest.mark.browser
def test_an_alert_is_decided_by_keyboard_alone(opened: Opened, desk: Callable[..., Desk]) -> None:
    """Hold, the first reason, decide: three keys, and the next alert is there."""
    name = desk("analyst", "reader").alerts()[0]
    page, told = opened(f"/alerts/{name}")
    page.keyboard.press("h")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: name not in url)
    assert page.locator("[data-alert]").count() == 1
    page.goto(page.url.split("/alerts/")[0] + f"/alerts/{name}")
    expect(page.locator(".status")).to_have_text("held")
    page.keyboard.press("u")
    expect(page.locator(".status")).to_have_text("open")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    assert told == []


def test_where_the_alerts_of_its_parties_stand_is_told_in_the_language(
    desk: Callable[..., Desk],
) -> None:
    """The number open, and the role of the party."""
    one = desk("analyst")
    records = ((name, one.get(f"/alerts/{name}.json").json()) for name in one.alerts())
    name, count = next(
        (name, party["standing"]["open"])
        for name, record in records
        for party in record["context"]["parties"]
        if party["standing"] and party["role"] == "consignee"
    )
    page = one.get(f"/alerts/{name}", {"accept-language": "fr"}).text
    told = page.split("Historique des parties")[1]
    assert f"({count} ouverte" in told
    assert '<span class="soft">destinataire</span>' in told


def test_an_alert_leads_to_forms_that_it_fills_in(
    desk: Callable[..., Desk], node: Node, tmp_path: Path
) -> None:
    """One act from an alert to a filled notice or incident, where there is an exchange."""
    one = desk("analyst", "reader")
    name = one.alerts()[0]
    assert "/notices/new?alert=" not in one.get(f"/alerts/{name}").text
    meet(node, tmp_path)
    assert f"/notices/new?alert={name}" in one.get(f"/alerts/{name}").text
    line = one.get(f"/alerts/{name}.json").json()["alert"]["line"]
    for place in ("notices", "incidents"):
        form = one.get(f"/{place}/new?alert={name}").text
        assert all(party["name"] in form for party in line["parties"])
        assert one.get(f"/{place}/new?alert=unknown").status_code == 404
