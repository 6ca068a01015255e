"""Pages of the coalition: boards, members, commitments and the timeline."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.papers import needs_pdf
from tests.web.browsing import Opened, check_page
from tests.web.coalitiondesk import ANSWERED, BERGEN, CORFU, REASON, fill
from tests.web.conftest import Desk

from tidewaiter.web.core.node import Node

People = Callable[..., Desk]
PAGES = ("", "/members", "/commitments", "/timeline")


@pytest.fixture
def filled(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    """Make the installation a node with a past."""
    monkeypatch.setenv("TIDEWAITER_KEY", str(tmp_path / "node.key"))
    fill(node, tmp_path)
    return node


def test_an_installation_that_is_no_node_says_so(
    desk: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With instructions; and only users with the permission get that far."""
    monkeypatch.setenv("TIDEWAITER_KEY", str(tmp_path / "node.key"))
    for page in PAGES:
        answer = desk("analyst", f"one{page[1:]}").get(f"/coalition{page}")
        assert answer.status_code == 404
        assert "ask your administrator" in answer.text
    assert desk("viewer").get("/coalition").status_code == 403


def test_the_board_counts_what_was_answered(filled: Node, desk: People) -> None:
    """Eight of twelve in time, with an interval; two late, and two without a reply."""
    one = desk("analyst")
    page = one.get("/coalition.json").json()
    (pair,) = page["board"]["pairs"]
    outcomes = pair["now"]["outcomes"]
    assert (outcomes["in time"], outcomes["late"], outcomes["no reply"]) == (8, 2, 2)
    assert pair["now"]["in_time"]["of"] == len(ANSWERED)
    shown = one.get("/coalition").text
    assert "8 of 12" in shown
    assert "67 %" in shown
    assert "39 to 86 %" in shown
    assert filled.today().isoformat() in shown


def test_why_a_relation_changed_is_for_those_who_change_it(filled: Node, desk: People) -> None:
    """Everybody with the right to the exchange sees that it is frozen; not all, why."""
    assert filled
    for role, sees in (("analyst", False), ("supervisor", True)):
        one = desk(role)
        text = one.get("/coalition/members").text
        told = one.get("/coalition/members.json").text
        assert (REASON in text, REASON in told) == (sees, sees)
    members = one.get("/coalition/members.json").json()["members"]["members"]
    states = {each["member"]["node"]: each["member"]["state"] for each in members}
    assert states == {BERGEN: "silent", CORFU: "frozen"}
    assert "disputed" in text


def test_a_past_day_is_told_as_it_was(filled: Node, desk: People) -> None:
    """No channel was frozen before the freeze, and no target met before the number."""
    one, day = desk("analyst"), filled.today().replace(day=1)
    today = one.get("/coalition/commitments.json").json()["pledges"]["commitments"]
    assert [each["standing"]["name"] for each in today] == ["met"]
    early = f"?day={filled.today().fromordinal(filled.today().toordinal() - 100)}"
    members = one.get(f"/coalition/members.json{early}").json()["members"]["members"]
    assert {each["member"]["declared"] for each in members} == {"joined"}
    before = one.get(f"/coalition/commitments.json{early}").json()["pledges"]["commitments"]
    assert [each["standing"]["name"] for each in before] == ["open"]
    assert one.get(f"/coalition?day={day.replace(year=day.year + 1)}").status_code == 400


def test_the_timeline_and_the_pack_hold_what_happened(filled: Node, desk: People) -> None:
    """Months, the freeze and the law; and the pack is a file to be kept."""
    assert filled
    one = desk("analyst")
    timeline = one.get("/coalition/timeline.json").json()["timeline"]
    assert sum(each["notices"] for each in timeline["months"]) == len(ANSWERED)
    assert {"frozen", "law in force", "joined", "group formed"} <= {
        each["what"] for each in timeline["events"]
    }
    assert 'role="img"' in one.get("/coalition/timeline").text
    pack = one.get("/coalition/pack.html")
    assert "attachment" in pack.headers["content-disposition"]
    assert "8 of 12" in pack.text


@needs_pdf
def test_the_pack_is_paper_too(filled: Node, desk: People) -> None:
    """The address that ends in .pdf gives one."""
    assert filled
    assert desk("analyst").get("/coalition/pack.pdf").content.startswith(b"%PDF")


@pytest.mark.browser
def test_anyone_can_use_the_pages(
    opened: Opened, served: tuple[str, Node], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a telephone and on a desk: no page is wider than the screen, and axe finds nothing."""
    monkeypatch.setenv("TIDEWAITER_KEY", str(tmp_path / "node.key"))
    fill(served[1], tmp_path)
    for path, width in (("", 390), ("/members", 1280), ("/commitments", 390), ("/timeline", 1280)):
        page, told = opened(f"/coalition{path}", role="supervisor", width=width)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        check_page(page, told, width)
