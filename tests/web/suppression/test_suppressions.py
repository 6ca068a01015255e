"""The pages of suppression rules: from dismissed alerts to suppressed ones, and back."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from msgspec import structs
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk, client_for

from tidewaiter.casework.suppression.rules import Proposal
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.store.alerts.filters import AlertFilter, Queue
from tidewaiter.store.alerts.queue import matching_ids
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import encode
from tidewaiter.store.core.database import Stamp
from tidewaiter.store.suppression.index import count_suppressed
from tidewaiter.store.suppression.rules import approve, propose, suppressions
from tidewaiter.trade.types import Alert
from tidewaiter.web.core.node import Node
from tidewaiter.web.suppression import handlers as proposing
from tidewaiter.web.suppression import handlers as web_suppressions

Desks = Callable[..., Desk]
PATHS = (
    "/suppressions",
    "/suppressions/1",
    "/suppressions/2",
    "/suppressions/offers",
    "/suppressions/new?substances=acetone&substances=toluene&heading=2914&most=critical",
    "/suppressions/new?substances=acetone",
)
VAGUE = {"rules": ["vague"], "phrase": "chemical products"}


def _ends(node: Node, days: int = 90) -> str:
    return (node.today() + timedelta(days=days)).isoformat()


def _form(node: Node, **change: Any) -> Mapping[str, Any]:
    return {
        **VAGUE,
        "reason": "other-goods",
        "owner": "reyes",
        "expires": _ends(node),
        **change,
    }


def _tea(node: Node) -> Alert:
    wanted = AlertFilter(substance=("safrole",), severity=("low",))
    with node.read() as work:
        queue = Queue(wanted=wanted, today=node.today(), cleared=True)
        found = alerts_of(work, matching_ids(work, queue, 20))
    return next(each for each in found if "tea" in (each.line.goods or ""))


def _filled(node: Node) -> None:
    """Make an active rule and a proposed one for strong alerts, by an otherwise unused account."""
    ends = node.today() + timedelta(days=20)
    rest = Scope(substances=("safrole",), phrase="tea blend")
    strong = Scope(substances=("acetone", "toluene"), heading="2914", most="critical")
    with node.change(None) as work:
        for scope, hides in ((rest, False), (strong, True)):
            rule = propose(
                work,
                Proposal(
                    scope=scope,
                    reason="other-goods",
                    words="A tea that names the tree",
                    owner="reyes",
                    expires=ends,
                    strong=hides,
                ),
            )
            if not hides:
                approve(work, rule, "seen the boxes")


def test_from_a_proposal_to_what_rests_and_back(node: Node, desk: Desks) -> None:
    """An analyst proposes, a supervisor approves and ends; each step has its record."""
    one, chief = desk("analyst"), desk("supervisor")
    made = one.post("/suppressions", _form(node))
    assert (made.status_code, made.headers["location"]) == (303, "/suppressions/1")
    page = chief.get("/suppressions/1.json").json()
    assert (page["rule"]["state"], page["preview"]["plain"]["alerts"]) == ("proposed", 1)
    approve_ = {"seen": page["rule"]["last"], "words": "fine"}
    assert chief.post("/suppressions/1/approve", approve_).status_code == 303
    page = chief.get("/suppressions/1.json").json()
    assert (page["rule"]["state"], page["rule"]["hidden"]) == ("active", 1)
    (name,) = page["resting"]
    alert = one.get(f"/alerts/{name}.json").json()
    assert (alert["standing"]["status"], alert["rest"]["suppression"]) == ("suppressed", 1)
    assert alert["rest"]["why"] == ["rules: vague", "“chemical products”"]
    assert "/suppressions/1" in one.get(f"/alerts/{name}").text
    assert one.get("/suppressions.json").json()["resting"] == 1
    ended = chief.send("/suppressions/1/end", {"seen": page["rule"]["last"], "words": "enough"})
    assert (ended.json()["alerts"], ended.json()["suppression"]["state"]) == (1, "ended")
    trail = one.get("/suppressions/1").text
    assert trail.index("Ended") < trail.index("Approved") < trail.index("Proposed")


def test_a_rule_for_strong_alerts_needs_two_supervisors(node: Node, desk: Desks) -> None:
    """The proposer is refused, and another one approves."""
    chief, second = desk("supervisor"), desk("supervisor", "second")
    chief.post("/suppressions", _form(node, strong="true"))
    seen = {"seen": chief.get("/suppressions/1.json").json()["rule"]["last"]}
    assert "another supervisor must approve it" in chief.get("/suppressions/1").text
    late = chief.post("/suppressions/1/approve.json", seen)
    assert (late.status_code, late.json()["code"]) == (400, "casework/approver-proposed-it")
    assert second.post("/suppressions/1/approve", seen).status_code == 303


def test_who_may_do_what(node: Node, desk: Desks) -> None:
    """A viewer reads; an analyst proposes; only a supervisor lets a rule hide anything."""
    viewer, one, chief = desk("viewer"), desk("analyst"), desk("supervisor")
    assert viewer.post("/suppressions", _form(node)).status_code == 403
    assert viewer.get("/suppressions/new").status_code == 403
    one.post("/suppressions", _form(node))
    for action in ("approve", "refuse", "end"):
        put = one.post(f"/suppressions/1/{action}", {"seen": "1", "words": "x"})
        assert put.status_code == 403
    assert "Approve" not in one.get("/suppressions/1").text
    late = chief.post("/suppressions/1/approve", {"seen": "99"})
    assert late.status_code == 409
    refused = chief.post("/suppressions/1/refuse", {"seen": "1", "words": "too broad"})
    assert refused.status_code == 303
    assert "too broad" in viewer.get("/suppressions/1").text
    assert viewer.get("/suppressions/7").status_code == 404


def test_what_was_dismissed_is_offered(node: Node, desk: Desks) -> None:
    """And an alert leads to the scope that is its own."""
    one = desk("analyst")
    assert one.get("/suppressions/offers.json").json()["offers"] == []
    name = _tea(node).id
    begun = one.get(f"/suppressions/new.json?alert={name}").json()
    assert begun["scope"]["phrase"] == "tea blend safrole free"
    assert begun["preview"]["plain"]["sample"] == [name]
    assert "Propose" in one.get(f"/suppressions/new?alert={name}").text
    assert one.get("/suppressions/new?alert=nothing").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("substances=safrole&phrase=Mexico", "is a country"),
        ("substances=safrole", "scope matches every alert"),
        ("phrase=tea+blend", "neither substances nor rules"),
        ("rules=vague&phrase=%3Cscript%3Ealert(1)%3C/script%3E", "&lt;script&gt;"),
    ],
)
def test_a_scope_that_is_none_is_told_on_the_page(desk: Desks, query: str, said: str) -> None:
    """With instructions, and nothing can be proposed; the text is never executed."""
    page = desk("analyst").get(f"/suppressions/new?{query}")
    assert page.status_code == 200
    assert said in page.text or said in page.text.replace("script alert 1 script", said)
    assert "<script>alert" not in page.text


def test_restricted_alerts_are_no_business_of_a_rule(node: Node, desk: Desks) -> None:
    """Without access to one, users cannot query it, and no preview counts it for anyone."""
    alert = structs.replace(_tea(node), restricted=True)
    with node.change(None) as work:
        some = tables.alert.update().where(tables.alert.c.id == alert.id)
        work.connection.execute(some.values(payload=encode(alert)))
    one, cleared = desk("analyst"), desk("analyst", "cleared", cleared=True)
    assert one.get(f"/suppressions/new?alert={alert.id}").status_code == 404
    assert cleared.get(f"/suppressions/new.json?alert={alert.id}").json()["scope"] is None
    asked = "/suppressions/new.json?substances=safrole&phrase=tea+blend"
    for each in (one, cleared):
        told = each.get(asked).json()["preview"]
        assert (told["plain"]["alerts"], told["strong"]["alerts"]) == (0, 0)


def test_a_rule_that_is_over_ends_while_the_server_runs(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any request, and its suppressed alerts are reopened."""
    _filled(node)
    later = Stamp(who="server", at=node.now() + timedelta(days=400))
    monkeypatch.setattr("tidewaiter.node.context.own_stamp", lambda: later)
    until = time.monotonic() + 60  # a machine may have much else to do
    with client_for(node):
        while True:
            with node.read() as work:
                states, rests = {each.state for each in suppressions(work)}, count_suppressed(work)
            if rests == 0 or time.monotonic() > until:
                break
            time.sleep(0.05)
    assert (states, rests) == ({"expired"}, 0)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_can_be_used_by_all(
    opened: Opened, served: tuple[str, Node], width: int, scheme: str
) -> None:
    """Nothing is cut off, nothing is asked from elsewhere, and axe has nothing to say."""
    _filled(served[1])
    for path in PATHS:
        page, told = opened(path, role="supervisor", width=width, color_scheme=scheme)
        check_page(page, told, width)


@pytest.mark.browser
def test_a_rule_is_proposed_by_keyboard_alone(opened: Opened, served: tuple[str, Node]) -> None:
    """From the list to a new rule, its preview, and the proposal."""
    _filled(served[1])
    page, told = opened("/suppressions", role="supervisor")
    page.keyboard.press("n")
    page.wait_for_url("**/suppressions/new")
    page.get_by_label("Another substance").focus()
    page.keyboard.type("formic-acid")
    page.get_by_label("HS code begins with").focus()
    page.keyboard.type("2915")
    page.keyboard.press("Enter")
    page.wait_for_url("**/suppressions/new?**")
    expect(page.get_by_role("heading", name="Alerts it would have suppressed")).to_be_visible()
    page.get_by_label("Details").focus()
    page.keyboard.type("Descaler in bottles")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/suppressions/3")
    expect(page.locator(".status")).to_have_text("proposed")
    assert told == []


def test_a_decision_changes_what_is_offered_and_previewed(
    node: Node, desk: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offers and previews are found once, and again when something was decided since."""
    found: list[str] = []

    def count(module: ModuleType, name: str) -> None:
        find = getattr(module, name)

        def counted(*args: object) -> object:
            found.append(name)
            return find(*args)

        monkeypatch.setattr(module, name, counted)

    count(proposing, "learn")
    count(web_suppressions, "preview")
    one = desk("analyst")
    one.post("/suppressions", _form(node))
    paths = ("/suppressions/1.json", "/suppressions/offers.json")
    before = [one.get(path).json() for path in paths]
    assert [one.get(path).json() for path in paths] == before
    assert sorted(found) == ["learn", "preview"]
    (name,) = before[0]["preview"]["plain"]["sample"]
    seen = one.get(f"/alerts/{name}.json").json()["standing"]["decided"] or 0
    one.send(f"/alerts/{name}/decision", {"verdict": "hold", "reason": "inspect", "seen": seen})
    rule, offered = (one.get(path).json() for path in paths)
    assert (before[0]["preview"]["against_count"], rule["preview"]["against_count"]) == (0, 1)
    assert offered["looked"] == before[1]["looked"] + 1
