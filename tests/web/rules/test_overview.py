"""The overview and the rules on the web page."""

from collections.abc import Callable, Mapping

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.plugged import plug_in
from tests.web.conftest import Desk

from tidewaiter.base.plugins import RULES
from tidewaiter.casework.counts import cells
from tidewaiter.store.alerts.counts import add_counts, facts_of
from tidewaiter.trade.alerts import RULE
from tidewaiter.trade.rules.plugins import LineRule
from tidewaiter.web.core.node import Node

Opened = Callable[..., tuple[Page, list[str]]]
OFF = {"to": "off", "points": "", "since": "2026-11-01", "why": "3 of <i>120</i>", "seen": "0"}


def _rule(page: Mapping[str, object], rule: str) -> Mapping[str, object]:
    rules: list[Mapping[str, object]] = page["rules"]  # type: ignore[assignment]
    return next(each for each in rules if each["rule"] == rule)


def test_the_overview_counts_what_is_there(desk: Callable[..., Desk]) -> None:
    """Open alerts by severity; a decision moves one, and its rules count as decided."""
    one, chief = desk("analyst"), desk("supervisor")
    before = chief.get("/overview.json").json()
    rows = one.get("/queue.json").json()["rows"]
    counts = before["counts"]
    waiting = sum(each["alerts"] for each in counts["open"])
    assert (before["counted"], waiting) == (True, counts["stands"]["open"])
    name = rows[0]["alert"]["id"]
    form = {"verdict": "dismiss", "reason": "wrong-data", "seen": "0"}
    assert one.post(f"/alerts/{name}/decision", form).status_code == 303
    after = chief.get("/overview.json").json()["counts"]
    assert sum(each["alerts"] for each in after["open"]) == waiting - 1
    assert after["stands"]["dismissed"] == 1
    decided = {each["key"]: each["dismissed"] for each in after["rules"]}
    rules = {reason["rule"] for reason in rows[0]["alert"]["reasons"]}
    assert {rule for rule, count in decided.items() if count} == rules
    assert "Overview" in chief.get("/overview?months=0").text
    assert chief.get("/overview?months=-1").status_code == 400


def test_severities_are_told_in_the_language(desk: Callable[..., Desk]) -> None:
    """As everywhere else on the pages."""
    page = desk("supervisor").get("/overview", {"accept-language": "fr"}).text
    assert all(f">{word}</a>" in page for word in ("Critique", "Élevée", "Moyenne", "Faible"))


def test_restricted_alerts_are_not_even_counted(desk: Callable[..., Desk], node: Node) -> None:
    """For who is not cleared; the cleared see them."""
    one, cleared = desk("supervisor", "one"), desk("supervisor", "cleared", cleared=True)
    before = one.get("/overview.json").json()["counts"]
    name = one.get("/queue.json").json()["rows"][0]["alert"]["id"]
    with node.change(None) as work:
        facts = facts_of(work, [name])[name]
        secret = {c._replace(restricted=True, key=RULE): n for c, n in cells(facts).items()}
        add_counts(work, secret)
    assert one.get("/overview.json").json()["counts"] == before
    assert one.get("/rules.json").json()["raised"] == before["raised"]
    assert cleared.get("/overview.json").json()["counts"]["raised"] == before["raised"] + 1
    assert cleared.get("/rules.json").json()["raised"] == before["raised"] + 1


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_the_work_of_all_is_for_supervisors(desk: Callable[..., Desk], role: str) -> None:
    """Others neither see it nor turn a rule down."""
    one = desk(role)
    assert one.get("/overview").status_code == 403
    assert one.get("/overview.json").status_code == 403
    assert 'href="/overview"' not in one.get("/rules").text
    assert one.post("/rules/vague/setting", OFF).status_code == 403
    assert one.post("/rules/settings/1/agree").status_code == 403
    assert one.post("/overview/recount").status_code == 403
    assert "Reduce weight" not in one.get("/rules").text


def test_a_rule_is_turned_off_and_on_again(desk: Callable[..., Desk]) -> None:
    """With its history; a setting that was not seen is not covered."""
    chief = desk("supervisor")
    answer = chief.post("/rules/vague/setting", OFF)
    assert (answer.status_code, answer.headers["location"]) == (303, "/rules#rule-vague")
    page = chief.get("/rules").text
    assert "Off from 1 Nov 2026, supervisor: 3 of &lt;i&gt;120&lt;/i&gt;" in page
    assert chief.post("/rules/vague/setting", OFF).status_code == 409
    on = {**OFF, "to": "on", "why": "mended", "seen": "1"}
    assert chief.post("/rules/vague/setting", on).status_code == 303
    record = chief.get("/rules.json").json()
    steps: list[Mapping[str, object]] = _rule(record, "vague")["settings"]  # type: ignore[assignment]
    assert [each["points"] for each in steps] == [0, None]
    for wrong in ({"to": "down"}, {"why": " "}, {"to": "up"}):
        bad = {**OFF, "seen": "2", **wrong}
        assert chief.post("/rules/vague/setting", bad).status_code == 400
    assert chief.post("/rules/nothing/setting", OFF).status_code == 400


def test_a_strong_rule_needs_another_supervisor(desk: Callable[..., Desk]) -> None:
    """Until then it does not count, and says so."""
    chief, other = desk("supervisor", "chief"), desk("supervisor", "other")
    assert chief.post("/rules/control/setting", OFF).status_code == 303
    assert "Not in effect yet" in chief.get("/rules").text
    assert chief.post("/rules/settings/1/agree").status_code == 400
    assert other.post("/rules/settings/1/agree").status_code == 303
    page = chief.get("/rules").text
    assert "Not in effect yet" not in page
    assert "chief and other" in page


def test_whoever_keeps_the_node_counts_anew(desk: Callable[..., Desk]) -> None:
    """None was wrong."""
    keeper = desk("administrator")
    told = keeper.send("/overview/recount", {}).json()
    assert told["wrong"] == 0
    assert told["alerts"] > 0


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/overview", "/rules"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_can_be_used_by_all(
    opened: Opened, path: str, width: int, scheme: str
) -> None:
    """Nothing is cut off, nothing is asked from elsewhere, and axe has nothing to say."""
    page, told = opened(path, role="supervisor", width=width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [n["target"] for n in each["nodes"]]) for each in found] == []
    assert told == []


def test_a_rule_of_a_plug_in_is_shown_and_turned_off(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its title, its points, its sentence and its package; supervisors set it like ours."""
    rule = LineRule(
        title="Loaded <b>at</b> night", text="by {who}", points=7, source="x", find=lambda *_: ()
    )
    plug_in(monkeypatch, RULES, {"guest-night": rule})
    chief = desk("supervisor")
    page = chief.get("/rules").text
    assert "Loaded &lt;b&gt;at&lt;/b&gt; night <code>guest-night</code>" in page
    assert "guest 1.0" in page
    assert chief.post("/rules/guest-night/setting", OFF).status_code == 303
    told = _rule(chief.get("/rules.json").json(), "guest-night")
    assert (told["points"], told["sentence"]) == ([7, 7], "by {who}")
    assert len(told["settings"]) == 1  # type: ignore[arg-type]
