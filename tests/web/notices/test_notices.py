"""The pages of notices: pending ones, answered ones, and no answer to an unseen version."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import fields as fields_of
from playwright.sync_api import expect
from tests.support.notices import Talk, changed
from tests.support.peers import Party
from tests.web.browsing import Opened, check_page
from tests.web.casedesk import XSS
from tests.web.conftest import Desk
from tests.web.exchanging import fill_exchange, meet
from tests.web.noticing import act, notice_of, send

from tidewaiter.exchange.notices.state import StateName
from tidewaiter.exchange.notices.types import Amended, Queried, What
from tidewaiter.exchange.notices.xml import read_xml
from tidewaiter.store.notices.events import Delivery
from tidewaiter.store.notices.lookup import find_notice
from tidewaiter.store.peers.outbox import State as OutgoingState
from tidewaiter.store.recalls.issued import Why, items, recall
from tidewaiter.web.core.node import Node
from tidewaiter.web.notices.wording import (
    delivery_in_words,
    event_in_words,
    state_in_words,
    time_left,
)

Pair = tuple[Party, Party]


@pytest.fixture
def pair(node: Node, tmp_path: Path) -> Iterator[Pair]:
    """Let the installation exchange with another node."""
    own, other = meet(node, tmp_path)
    yield own, other
    other.desk.database.close()


def _state(party: Party, number: int, day: date) -> str:
    with party.desk.database.work() as work:
        return find_notice(work, party.desk.ring.lock, number, day).state.name


def test_an_import_is_answered_by_the_page(
    node: Node, desk: Callable[..., Desk], pair: Pair
) -> None:
    """Acknowledged, then agreed to with less than was notified: the other side reads the same."""
    own, other = pair
    today = node.today()
    number = send(other, own, notice_of(today, "NO-1"))
    anna = desk("analyst", "anna")
    (row,) = anna.get("/notices.json?show=ours").json()["rows"]
    assert (row["listed"]["row"]["reference"], row["listed"]["overdue"]) == ("NO-1", False)
    assert anna.post("/notices/1/acknowledge", {"seen": 1}).status_code == 303
    form = {
        "seen": 1,
        "decided_by": "Licensing",
        "conditions": "one shipment\nby sea",
        "allowed.0.line": 1,
        "allowed.0.amount": "500 kg",
        "allowed.1.line": 2,
        "allowed.1.amount": "",
        "importer_licence": "holds",
    }
    assert anna.post("/notices/1/agree", form).status_code == 303
    own.send(other)
    assert _state(other, number, today) == "no objection"
    told = anna.get("/notices/1.json").json()
    what = told["state"]["decision"]["what"]
    assert [(each["line"], each["amount"]["mass_mg"]) for each in what["allowed"]] == [
        (1, 500_000_000)
    ]
    assert what["conditions"] == ["one shipment", "by sea"]
    assert [each["kept"]["state"] for each in told["told"]] == [None, "processed", "processed"]
    assert anna.get("/notices.json").json()["counts"]["importer"]["decided"] == 1
    page = anna.get("/notices/1").text
    assert "one shipment; by sea" in page
    assert "delivered, receipt on file" in page


def test_nobody_answers_what_they_have_not_seen(
    node: Node, desk: Callable[..., Desk], pair: Pair
) -> None:
    """The 409 page says what is new and returns the text entered; a program gets it too."""
    own, other = pair
    notice = notice_of(node.today(), "NO-1")
    number = send(other, own, notice)
    anna = desk("analyst", "anna")
    act(other, own, number, Amended(notice=changed(notice, version=2), reason=f"later {XSS}"))
    late = anna.post("/notices/1/object", {"seen": 1, "code": "other", "text": "Not <b>so</b>"})
    assert late.status_code == 409
    assert "Sent an amendment" in late.text
    assert "Not &lt;b&gt;so" in late.text
    assert "<img" not in late.text
    told = anna.send("/notices/1/object", {"seen": 1, "code": "other"})
    assert told.status_code == 409
    assert "amended" in told.json()["hint"]
    assert anna.get("/notices/1.json").json()["state"]["name"] == "sent"


def test_an_export_is_asked_about_answered_and_told_of(
    node: Node, desk: Callable[..., Desk], pair: Pair
) -> None:
    """Acts that this side cannot perform are not offered, and refused if sent anyway."""
    own, other = pair
    send(own, other, notice_of(node.today(), "AX-1"))
    act(other, own, 1, Queried(text=f"Who is the end user? {XSS}"))
    anna = desk("analyst", "anna")
    told = anna.get("/notices/1.json").json()
    assert set(told["stands"]["acts"]) == {"answer", "amend", "withdraw", "return"}
    page = anna.get("/notices/1").text
    assert "<img" not in page
    assert "/agree" not in page
    assert anna.post("/notices/1/agree", {"seen": 1}).status_code == 400
    query = told["state"]["open_query"]
    answer = {"seen": 1, "query": query, "text": "y" * 3_000}
    assert anna.post("/notices/1/answer", answer).status_code == 303
    assert "y" * 3_000 in anna.get("/notices/1").text  # no text of a conversation is cut
    form = {
        "seen": 1,
        "outcome": "shipped",
        "on": "2026-12-01",
        "lines.0.line": 1,
        "lines.0.amount": "1.234 kg",
    }
    assert anna.post("/notices/1/return", form).status_code == 400  # it can be read in two ways
    form["lines.0.amount"] = "750 kg"
    assert anna.post("/notices/1/return", form).status_code == 303
    state = anna.get("/notices/1.json").json()["state"]
    assert state["balances"][0]["left"]["mass_mg"] == 50_000_000
    assert any("was not approved" in each["text"] for each in state["remarks"])
    raw = anna.get("/notices/1/xml")
    assert raw.headers["content-type"].startswith("application/xml")
    assert [each.by for each in read_xml(raw.content, "x").events] == [
        "exporter",
        "importer",
        "exporter",
        "exporter",
    ]


def test_silence_is_told_and_stands_first(
    node: Node, desk: Callable[..., Desk], pair: Pair
) -> None:
    """In words, in the list and on the page; and who has no right reads none of it."""
    own, other = pair
    today = node.today()
    for reference, days in (("NO-1", 30), ("NO-2", -3)):
        send(other, own, notice_of(today, reference, days))
    anna = desk("analyst", "anna")
    page = anna.get("/notices").text
    assert page.index("NO-2") < page.index("NO-1")
    assert "expired without reply (not consent)" in page
    assert "No reply is not the same as" in anna.get("/notices/2").text
    chief = desk("administrator", "chief")
    for path in ("/notices", "/notices/1", "/notices/1/xml", "/notices/1/form", "/notices/drafts"):
        assert chief.get(path).status_code == 403
    assert anna.get("/notices/99").status_code == 404


def test_what_is_held_back_while_the_peer_is_frozen_is_told(
    node: Node, desk: Callable[..., Desk], pair: Pair
) -> None:
    """Before it is written, and after."""
    own, other = pair
    send(other, own, notice_of(node.today(), "NO-1"))
    own.meet(other, "frozen")
    anna = desk("analyst", "anna")
    assert "Messages are held until it is active" in anna.get("/notices/1").text
    anna.post("/notices/1/acknowledge", {"seen": 1})
    told = anna.get("/notices/1.json").json()["told"]
    assert [each["kept"]["state"] for each in told] == [None, "held"]
    assert told[1]["kept"]["who"] == f"account {anna.account.id}"


def test_what_was_recalled_says_so_and_offers_nothing(
    node: Node, desk: Callable[..., Desk], pair: Pair
) -> None:
    """None of its content can be shown, printed or exported."""
    own, other = pair
    send(other, own, notice_of(node.today(), "NO-1"))
    with other.desk.database.work(other.desk.stamp()) as work:
        why = Why(reason="error", note="The wrong drums.")
        recall(work, other.desk.ring.lock, other.name, items(work)[0].id, why)
    other.send(own)
    anna = desk("analyst", "anna")
    told = anna.get("/notices/1.json").json()
    assert (told["state"]["name"], told["stands"]["acts"]) == ("recalled", [])
    page = anna.get("/notices/1").text
    assert "Recalled this entry" in page
    assert "Nordchemie" not in page
    for path in ("xml", "form", "listings"):
        assert anna.get(f"/notices/1/{path}").status_code == 404


def test_without_a_node_the_pages_say_so(desk: Callable[..., Desk]) -> None:
    """And what would do."""
    answer = desk("analyst").get("/notices.json")
    assert (answer.status_code, answer.json()["code"]) == (404, "web/not-a-node-yet")
    assert answer.json()["hint"]


def test_nothing_that_can_be_is_without_words() -> None:
    """Every state, every kind of event, and whatever became of a message."""
    words: set[str] = {state_in_words(each) for each in get_args(StateName)}
    assert len(words) == len(get_args(StateName))
    event = Talk().events[0]
    for kind in get_args(What):
        fields = {each.name: None for each in fields_of(kind) if each.required}
        assert event_in_words(changed(event, what=kind(**fields)))
    for state in get_args(OutgoingState):
        kept = Delivery(
            event="",
            message="",
            sealed=True,
            by="exporter",
            came="",
            who="",
            state=state,
            code="",
            changed="",
        )
        assert delivery_in_words(kept)


def test_time_is_told_in_words() -> None:
    """Not by colour alone."""
    today = date(2026, 3, 2)
    assert time_left(None, today, None) == ""
    assert time_left(today + timedelta(days=1), today, 1) == "1 working day left"
    assert time_left(today, today, 0) == "0 working days left"
    assert time_left(today - timedelta(days=1), today, 0) == "overdue since 1 Mar 2026"


@pytest.mark.browser
def test_an_import_is_answered_by_keyboard_and_fits_a_telephone(
    served: tuple[str, Node], opened: Opened
) -> None:
    """From the inbox to an objection, without a mouse; no page is wider than 390 pixels."""
    fill_exchange(served[1])
    page, told = opened("/notices", width=390)
    check_page(page, told, 390)
    page.get_by_role("link", name="NO-2026-0007").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/1")
    expect(page.locator("#listings")).to_contain_text("No party lists are loaded")
    timeline = page.locator("#timeline")
    for _ in range(10):  # while another writes to the database, who opened it is not noted
        page.reload()
        if "Opened the PEN" in timeline.inner_text():
            break
    expect(timeline).to_contain_text("Opened the PEN")
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    check_page(page, told, 390)
    page.locator("[name=code]").select_option("importer unknown")
    page.get_by_role("button", name="Send objection").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".headline .status")).to_have_text("objection")
    page.keyboard.press("l")
    page.wait_for_url("**/notices?box=in")
    page.goto(page.url.replace("?box=in", "/3/form?form=us-486"))
    check_page(page, told, 390)
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= paper.count(b"/Type /Page\n") <= 2
    page.goto(page.url.replace("3/form?form=us-486", "new"))
    check_page(page, told, 390)
    page.get_by_label("Net quantity").fill("25,000 kg")
    page.keyboard.press("Tab")
    expect(page.locator("#checked")).to_contain_text("is ambiguous")
