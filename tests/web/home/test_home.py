"""The home page: figures by role, each with the page that shows what it counts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk
from tests.web.exchanging import fill_exchange
from tests.web.registering import entries_on

from tidewaiter.accounts.roles import Role, load_roles
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.balances import account_of, is_low
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.types import Grant, Register
from tidewaiter.store.alerts.decisions import assign
from tidewaiter.store.alerts.inverted_index import change_terms, numbers_of
from tidewaiter.store.core import tables
from tidewaiter.store.register.entries import add_entries
from tidewaiter.web.core.node import Node
from tidewaiter.web.home.figures import Figure
from tidewaiter.web.home.views import FIGURES, line_of

Desks = Callable[..., Desk]


def _home(who: Desk) -> dict[str, Any]:
    answer = who.get("/.json")
    assert answer.status_code == 200
    return dict(answer.json())


def _figures(home: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["what"]: each for section in home["sections"] for each in section["figures"]}


def _counted(who: Desk, path: str) -> int:
    address, _, query = path.partition("?")
    return int(who.get(f"{address}.json?{query}").json()["total"])


def test_each_figure_of_alerts_counts_what_its_page_shows(desk: Desks, node: Node) -> None:
    """As many as the queue finds under the address of the figure."""
    one = desk("analyst")
    with node.change(None) as work:
        assign(work, one.alerts()[:2], "analyst")
    figures = _figures(_home(one))
    counted = {
        what: each["count"] for what, each in figures.items() if each["path"].startswith("/queue")
    }
    assert counted == {what: _counted(one, figures[what]["path"]) for what in counted}
    assert counted["mine"] == 2
    assert counted["critical"] > 0


@pytest.mark.parametrize("role", sorted(load_roles().role))
def test_each_figure_leads_to_a_page_that_its_reader_may_see(
    desk: Desks, node: Node, role: Role
) -> None:
    """No figure leads to a refusal, and each has its words."""
    fill_exchange(node)
    one = desk(role)
    for what, each in _figures(_home(one)).items():
        assert what in FIGURES
        if not each["path"].startswith("/help/"):
            assert one.get(each["path"].partition("#")[0]).status_code == 200, each["path"]


def test_a_section_is_for_those_who_work_in_it(desk: Desks) -> None:
    """A supervisor approves; an administrator begins with the server."""
    subjects = {
        role: [each["subject"] for each in _home(desk(role))["sections"]]
        for role in load_roles().role
    }
    assert subjects == {
        "viewer": ["alerts", "law"],
        "analyst": ["alerts", "cases", "law"],
        "supervisor": ["alerts", "supervision", "cases", "law"],
        "administrator": ["server", "alerts", "supervision", "law"],
    }
    reviews = _figures(_home(desk("administrator", "other")))
    assert {"noisy", "overrode"} <= reviews.keys()
    assert "bulk-waiting" not in reviews


def test_what_peers_wait_for(desk: Desks, node: Node) -> None:
    """One notification that is overdue, among two that wait for us; one that we must explain."""
    fill_exchange(node)
    figures = _figures(_home(desk("supervisor")))
    counts = {what: each["count"] for what, each in figures.items()}
    assert (counts["notices-late"], counts["notices-ours"], counts["notices-back"]) == (1, 2, 1)
    assert (counts["objections"], counts["licences-ending"]) == (0, 1)
    assert "notices-late" not in _figures(_home(desk("viewer")))


def test_used_up_permits_are_counted_until_the_register_changes(desk: Desks, node: Node) -> None:
    """A permit of which a tenth is left is not low, one of which less is free is."""
    fill_exchange(node)
    one = desk("supervisor")
    before = _figures(_home(one))["quotas-low"]["count"]
    kept = node.register_figures
    assert _figures(_home(one))["quotas-low"]["count"] == before
    assert node.register_figures is kept
    permit = next(each for each in entries_on(node.today()) if isinstance(each, Grant))
    new = structs.replace(permit, id="grant-new", number="P-new")
    with node.change(None) as work:
        assert add_entries(work, "AX", [new]).clashes == ()
    assert _figures(_home(one))["quotas-low"]["count"] == before
    account = account_of(Book(Register(entries=(new,))), new, node.today())
    assert not is_low(account, 0.1)
    assert is_low(structs.replace(account, free=Amount(mass_mg=3_999_999)), 0.1)
    assert not is_low(structs.replace(account, granted=Amount(), free=Amount()), 0.1)


def test_the_worst_are_those_that_no_one_else_works_on(desk: Desks, node: Node) -> None:
    """In the order of the queue."""
    one = desk("analyst")
    first, second, third, fourth = one.alerts()[:4]
    with node.change(None) as work:
        assign(work, [first], "someone")
        assign(work, [second], "analyst")
    shown = [each["alert"]["id"] for each in _home(one)["worst"]]
    assert shown == [second, third, fourth]
    other = _home(desk("analyst", "other"))
    assert [each["alert"]["id"] for each in other["worst"]][:2] == [third, fourth]


def test_restricted_alerts_are_neither_shown_nor_counted(desk: Desks, node: Node) -> None:
    """To those without clearance."""
    name = desk("analyst", "before").alerts()[0]
    with node.change(None) as work:
        change_terms(work, {"restricted:": list(numbers_of(work, [name]).values())})
        hidden = tables.alert.update().where(tables.alert.c.id == name)
        work.connection.execute(hidden.values(restricted=1))
    cleared, other = _home(desk("analyst", "one", cleared=True)), _home(desk("analyst", "other"))
    assert cleared["worst"][0]["alert"]["id"] == name
    assert other["worst"][0]["alert"]["id"] != name
    assert cleared["load"]["total"] == other["load"]["total"] + 1


def test_first_steps_are_for_administrators_until_they_are_done(desk: Desks) -> None:
    """Lists and a file of one's own are missing; there is a second account."""
    desk("analyst")
    one = desk("administrator")
    assert {each["code"]: each["done"] for each in _home(one)["steps"]} == {
        "lists": False,
        "file": False,
        "people": True,
    }
    assert _home(desk("supervisor"))["steps"] == []


def test_a_figure_in_words(node: Node) -> None:
    """A count stands before its words, an age and a day within them."""
    day = node.today() + timedelta(days=9)
    line = line_of(Figure(what="law-changes", count=1, path="/law/changes", day=day))
    assert (line.number, "{" in line.text) == ("1", False)
    line = line_of(Figure(what="lists-age", count=3, path="/parties", day=day))
    assert (line.number, "{" in line.text) == ("", False)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("role", ["analyst", "supervisor", "administrator"])
def test_all_can_use_it(opened: Opened, served: tuple[str, Node], width: int, role: Role) -> None:
    """With messages of peers; one key opens the first alert."""
    fill_exchange(served[1])
    page, told = opened("/", role=role, width=width)
    check_page(page, told, width)
    page.keyboard.press("d")
    page.wait_for_url("**/alerts/*")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.locator(".first")).to_be_visible()
