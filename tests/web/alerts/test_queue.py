"""The queue page: its content, and actions on many alerts at once."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk

from tidewaiter.base.phrases import as_written
from tidewaiter.base.severity import SEVERITIES
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.alerts.inverted_index import change_terms, numbers_of
from tidewaiter.store.alerts.queue import ids_of
from tidewaiter.store.alerts.versions import mark_alerts
from tidewaiter.store.core import tables
from tidewaiter.trade.alerts import with_reasons
from tidewaiter.trade.types import Alert, Reason
from tidewaiter.web.core.node import Node


def _page(someone: Desk, query: str = "") -> Any:
    return someone.get(f"/queue.json?{query}").json()


def _ids(page: Any) -> list[str]:
    return [row["alert"]["id"] for row in page["rows"]]


def _counts(page: Any, name: str) -> dict[str, int]:
    return {each["value"]: each["alerts"] for each in page["counts"]["by"][name]}


def test_counts_tell_what_a_filter_would_show(desk: Callable[..., Desk]) -> None:
    """Each link beside a count leads to as many alerts, with the other filters as they are."""
    one = desk("viewer")
    page = _page(one, "severity=high")
    for name in ("severity", "substance", "rule", "country"):
        for value, count in list(_counts(page, name).items())[:5]:
            added = f"severity=high&{name}={value}" if name != "severity" else f"severity={value}"
            assert _page(one, added)["total"] == count, (name, value)
    assert _page(one, "severity=high&severity=critical")["total"] == (
        _counts(page, "severity")["high"] + _counts(page, "severity")["critical"]
    )
    assert _page(one, "due_within=7")["total"] == _page(one)["counts"]["due_within"]["7"]


def test_pages_follow_each_other_and_lead_back(desk: Callable[..., Desk]) -> None:
    """Under any order."""
    one = desk("viewer")
    for sort in ("rank", "due", "-score", "consignment", "newest"):
        first = _page(one, f"sort={sort}")
        second = _page(one, f"sort={sort}&after={_ids(first)[-1]}")
        assert len({*_ids(first), *_ids(second)}) == first["total"]
        back = _page(one, f"sort={sort}&before={_ids(second)[0]}")
        assert _ids(back) == _ids(first)
        assert (first["later"], second["later"], second["earlier"]) == (True, False, True)


def test_the_most_severe_is_first(desk: Callable[..., Desk], node: Node) -> None:
    """Then list hits, then the earliest due; sorting by date alone differs."""
    one = desk("viewer")
    ids = _ids(_page(one))
    with node.change(None) as work:  # the least severe gets a list hit
        numbers = list(numbers_of(work, ids[-1:]).values())
        change_terms(work, {"listed:1": numbers}, {"listed:0": numbers})
    rows = _page(one)["rows"]
    found = [row["alert"] for row in rows]
    places = [SEVERITIES.index(each["severity"]) for each in found]
    assert places == sorted(places)
    last = found[places.index(places[-1])]
    assert last["id"] == ids[-1]
    critical = [each["due"] for each in found if each["severity"] == "critical" if each["due"]]
    assert len(critical) > 1
    assert critical == sorted(critical)
    due = [row["alert"]["due"] for row in _page(one, "sort=due")["rows"] if row["alert"]["due"]]
    assert due == sorted(due)
    said = re.findall(r"<option[^>]*>([^<]*)", one.get("/queue").text)
    assert {"priority", "due date, earliest first"} <= set(said)


def test_a_row_says_what_brings_it_forward(desk: Callable[..., Desk], node: Node) -> None:
    """Papers that disagree are not called unusual: that needs earlier lines to compare with."""
    one = desk("viewer")
    rows = _page(one)["rows"]
    page = one.get("/queue").text
    papers = {
        row["alert"]["id"]
        for row in rows
        if any(
            r["rule"] in node.alert_rules.order.rules and r["points"] > 0
            for r in row["alert"]["reasons"]
        )
    }
    assert papers
    assert len(re.findall(r"\+\d+ conflicting documents", page)) == len(papers)
    assert "unusual" not in page
    name, made = (
        rows[0]["alert"]["id"],
        Reason(rule="detour", says=as_written("Far."), points=3, source="x"),
    )

    def mark(alert: Alert) -> Alert:
        return with_reasons(alert, (*alert.reasons, made), node.alert_rules)

    with node.database.work(own_stamp()) as work:
        mark_alerts(work, [name], mark)
    assert "+18 unusual features" in one.get("/queue").text


def test_one_alert_is_one_alert(desk: Callable[..., Desk]) -> None:
    """The count is in the singular where it is one."""
    one = desk("viewer")
    page = one.get("/queue?words=黄樟素").text
    assert "1 alert<" in page.replace("</", "<")
    assert "1 alerts" not in page


def test_words_find_goods_in_any_script(desk: Callable[..., Desk]) -> None:
    """And the page marks what was found in them."""
    one = desk("viewer")
    (row,) = _page(one, "words=黄樟素")["rows"]
    assert row["alert"]["line"]["goods"] == "黄樟素 99%"
    assert re.search(r"<mark[^>]*>黄樟素</mark>", one.get("/queue?words=黄樟素").text)
    assert _page(one, "words=PHENYLESSIGSAURE")["total"] == 1
    nothing = one.get("/queue?words=zzzz").text
    assert "The absence of an alert does not mean that the goods are permitted" in nothing
    assert not re.search(r"\b(clear|safe|legal)\b", nothing.split("<main")[1])


@pytest.mark.parametrize(
    "query", ["sort=sideways", "severity=huge", "due_from=soon", "nonsense=1", "after=nowhere"]
)
def test_an_address_that_asks_nothing_sensible_is_told(
    desk: Callable[..., Desk], query: str
) -> None:
    """It is not an error of ours."""
    assert desk("viewer").get(f"/queue?{query}").status_code == 400


def test_many_are_decided_after_a_look_at_what_it_would_do(desk: Callable[..., Desk]) -> None:
    """With a note, a history and an audit entry for each; other alerts are unchanged."""
    one = desk("analyst")
    page = _page(one, "severity=low")
    some = _ids(page)[:3]
    form = {
        "do": "decide",
        "alert": some,
        "decision": "dismiss/other-goods",
        "seen": page["last"],
        "queue": "severity=low",
        "expected": page["total"],
    }
    look = one.post("/queue/bulk", form)
    assert (look.status_code, _page(one, "severity=low")["total"]) == (200, page["total"])
    assert 'name="note"' in look.text
    again = _form(look.text)
    assert one.post("/queue/bulk", {**again, "note": " "}).status_code == 400
    answer = one.post("/queue/bulk", {**again, "note": "salt"})
    assert answer.status_code == 303
    back = answer.headers["location"]
    assert back.startswith("/queue?severity=low&did=decide&done=3&left=0&batch=")
    assert _page(one, "status=dismissed")["total"] == 3
    for name in some:
        record = one.get(f"/alerts/{name}.json").json()
        assert [step["note"] for step in record["trail"]] == ["salt"]
    assert _page(one, "severity=low")["total"] == page["total"] - 3
    shown = one.get(back).text
    assert "data-toast" in shown
    assert re.search(r'action="/bulk-decisions/\d+/undo"', shown)


def _form(text: str) -> dict[str, Any]:
    """Read the fields of the form of a page, as a browser sends it."""
    inside = text.split('action="/queue/bulk"')[1].split("</form>", maxsplit=1)[0]
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', inside):
        fields.setdefault(name, []).append(html.unescape(value))
    return {name: values for name, values in fields.items() if name != "csrf"}


def test_one_act_never_dismisses_critical_alerts_or_list_hits(
    desk: Callable[..., Desk], node: Node
) -> None:
    """All that match: they wait for a supervisor, who is not who decided; the queue shows them."""
    one, chief = desk("analyst"), desk("supervisor")
    page = _page(one)
    critical = set(_ids(_page(one, "severity=critical")))
    listed = _ids(_page(one, "severity=low"))[0]
    with node.change(None) as work:
        numbers = list(numbers_of(work, [listed]).values())
        change_terms(work, {"listed:1": numbers}, {"listed:0": numbers})
    ask = {
        "do": "decide",
        "everything": True,
        "decision": "dismiss/other-goods",
        "note": "test run",
        "seen": page["last"],
        "expected": page["total"],
    }
    assert one.send("/queue/bulk", ask).status_code == 400
    look = one.send("/queue/bulk/preview", ask).json()
    assert look["second"]["critical"] == len(critical)
    assert (look["listed"], look["change"]) == (1, page["total"] - len(critical) - 1)
    assert look["worst"][0]["severity"] == "critical"
    assert _page(one)["total"] == page["total"]
    done = one.send("/queue/bulk", {**look["asked"], "note": "test run"}).json()
    assert (done["done"], done["proposed"], done["left"]) == (look["change"], len(critical) + 1, 0)
    assert set(_ids(_page(one))) == {*critical, listed} == set(_ids(_page(one, "proposed=true")))
    second = f"/bulk-decisions/{done['batch']}/second"
    assert one.send(second, {"says": "confirm"}).status_code == 403
    assert chief.send(second, {"says": "reject", "alert": [listed]}).status_code == 400
    told = chief.send(second, {"says": "reject", "alert": [listed], "note": "no"}).json()
    assert told == {"settled": 1, "left": 0}
    assert chief.send(second, {"says": "confirm"}).json()["settled"] == len(critical)
    assert _ids(_page(one)) == [listed]
    undone = one.send(f"/bulk-decisions/{done['batch']}/undo", {}).json()
    assert undone["reopened"] == page["total"] - 1
    assert _page(one)["total"] == page["total"]


def test_an_alert_that_came_after_the_look_is_left_alone(
    desk: Callable[..., Desk], node: Node
) -> None:
    """What was not counted on the page that was confirmed is not decided by it."""
    one = desk("analyst")
    page = _page(one, "severity=low")
    ask = {
        "do": "decide",
        "everything": True,
        "decision": "hold/inspect",
        "note": "all of them",
        "seen": page["last"],
        "queue": "severity=low",
        "expected": page["total"],
    }
    look = one.send("/queue/bulk/preview", ask).json()
    stored = look["asked"]["stored"]
    fewer = {**look["asked"], "stored": stored - 1}  # as if the last one had come just now
    done = one.send("/queue/bulk", {**fewer, "note": "all of them"}).json()
    with node.read() as work:
        (last,) = ids_of(work, [stored - 1])
    assert one.get(f"/alerts/{last}.json").json()["standing"]["status"] == "open"
    assert done["done"] <= page["total"]


def test_a_supervisor_is_no_second_officer_of_their_own_act(desk: Callable[..., Desk]) -> None:
    """Another supervisor is."""
    chief, other = desk("supervisor", "one"), desk("supervisor", "other")
    page = _page(chief, "severity=critical")
    ask = {
        "do": "decide",
        "alert": _ids(page),
        "decision": "release/permitted",
        "note": "permits",
        "seen": page["last"],
        "confirmed": True,
    }
    done = chief.send("/queue/bulk", ask).json()
    assert (done["done"], done["proposed"]) == (0, page["total"])
    second = f"/bulk-decisions/{done['batch']}/second"
    assert chief.send(second, {"says": "confirm"}).status_code == 400
    assert "second" not in chief.get(f"/bulk-decisions/{done['batch']}").text.split("<form")[-1]
    assert other.send(second, {"says": "confirm"}).json()["settled"] == page["total"]


def test_what_another_decided_is_left_and_counted(desk: Callable[..., Desk]) -> None:
    """Both of what was ticked and of all that match."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    page = _page(one, "severity=low")
    first, second = _ids(page)[:2]
    held = {"verdict": "hold", "reason": "inspect", "seen": "0"}
    assert other.post(f"/alerts/{first}/decision", held).status_code == 303
    ask = {
        "do": "decide",
        "decision": "dismiss/other-goods",
        "seen": page["last"],
        "note": "salt",
        "queue": "severity=low",
        "expected": page["total"],
        "confirmed": True,
    }
    ticked = one.send("/queue/bulk", {**ask, "alert": [first, second]}).json()
    assert (ticked["done"], ticked["proposed"], ticked["left"]) == (1, 0, 1)
    every = one.send("/queue/bulk", {**ask, "everything": True}).json()
    assert (every["done"], every["left"], every["beyond"]) == (page["total"] - 2, 2, 0)
    assert one.get(f"/alerts/{first}.json").json()["standing"]["status"] == "held"


def test_alerts_are_taken_and_given(desk: Callable[..., Desk]) -> None:
    """To oneself, to another, to unassigned."""
    one = desk("analyst", "reyes")
    some = _ids(_page(one))[:2]
    assert one.send("/queue/bulk", {"do": "take", "alert": some}).json()["done"] == 2
    assert _counts(_page(one), "assignee")["reyes"] == 2
    assert sorted(_ids(_page(one, "assignee=reyes"))) == sorted(some)
    assert one.send("/queue/bulk", {"do": "assign", "alert": some[:1]}).json()["done"] == 1
    assert _ids(_page(one, "assignee=reyes")) == some[1:]


@pytest.mark.parametrize(
    ("record", "status"),
    [
        ({"do": "decide", "alert": ["x"], "decision": "dismiss/other-goods"}, 400),
        ({"do": "decide", "everything": True, "decision": ""}, 400),
        ({"do": "decide", "everything": True, "decision": "dismiss/inspect"}, 400),
        ({"do": "take"}, 400),
        ({"do": "erase"}, 400),
    ],
)
def test_what_cannot_be_done_to_many_is_told(
    desk: Callable[..., Desk], record: dict[str, Any], status: int
) -> None:
    """And nothing is changed."""
    one = desk("analyst")
    assert one.send("/queue/bulk", record).status_code == status
    assert _page(one)["total"] == _page(one, "status=all")["total"]


def test_a_viewer_changes_nothing(desk: Callable[..., Desk]) -> None:
    """Nor is offered to."""
    one = desk("viewer")
    name = _ids(_page(one))[0]
    for do in ("take", "assign", "decide"):
        assert one.send("/queue/bulk", {"do": do, "alert": [name]}).status_code == 403
    assert 'name="alert"' not in one.get("/queue").text


def test_who_is_not_cleared_sees_nothing_of_restricted_alerts(
    desk: Callable[..., Desk], node: Node
) -> None:
    """In no row, in no count, and in nothing that is done to many."""
    one, cleared = desk("analyst", "one"), desk("analyst", "two", cleared=True)
    before = _page(one)
    name = _ids(before)[0]
    with node.change(None) as work:
        change_terms(work, {"restricted:": list(numbers_of(work, [name]).values())})
        hidden = tables.alert.update().where(tables.alert.c.id == name)
        work.connection.execute(hidden.values(restricted=1))
    page = _page(one)
    assert name not in _ids(page)
    assert page["total"] == before["total"] - 1 == sum(_counts(page, "severity").values())
    assert _page(one, f"words={name}")["total"] == 0
    assert _ids(_page(cleared, f"words={name}")) == [name]
    assert one.send("/queue/bulk", {"do": "take", "alert": [name]}).status_code == 400
    every = one.send("/queue/bulk", {"do": "take", "everything": True}).json()
    assert every["done"] == before["total"] - 1


def test_a_filter_is_kept_for_oneself_or_for_all(desk: Callable[..., Desk]) -> None:
    """Only its owner can remove it."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    for name, shared in (("mine", False), ("ours", True)):
        record = {"name": name, "queue": "severity=high&words=acid&sort=due", "shared": shared}
        assert one.send("/queue/saved", record).status_code == 201
    (kept,) = _page(other)["saved"]
    assert (kept["name"], kept["wanted"]["severity"], kept["sort"]) == ("ours", ["high"], "due")
    assert "/queue?severity=high&amp;words=acid&amp;sort=due" in other.get("/queue").text
    assert other.post(f"/queue/saved/{kept['id']}/remove").status_code == 400
    assert one.post(f"/queue/saved/{kept['id']}/remove").status_code == 303
    assert [each["name"] for each in _page(one)["saved"]] == ["mine"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_used_by_all(opened: Opened, width: int, scheme: str) -> None:
    """Nothing is cut off, nothing is asked from elsewhere, and axe has nothing to say."""
    page, told = opened("/queue?severity=high&words=acid", width=width, color_scheme=scheme)
    page.locator("label.fold").click()
    expect(page.locator(".filters")).to_be_visible()
    check_page(page, told, width)


@pytest.mark.browser
def test_the_queue_is_worked_through_by_keyboard_alone(opened: Opened) -> None:
    """Move, choose, take, search, open, and come back to the same queue."""
    page, told = opened("/queue", reduced_motion="reduce")
    for key in ("j", "j", "k", "x", "a"):
        page.keyboard.press(key)
    page.wait_for_url("**/queue?did=take&done=1&left=0")
    expect(page.locator("#told")).to_contain_text("Assigned to you")
    expect(page.locator(".who-has")).to_have_count(1)
    page.keyboard.press("/")
    page.keyboard.type("acid")
    page.keyboard.press("Enter")
    page.wait_for_url("**words=acid**")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/alerts/**")
    page.keyboard.press("q")
    page.wait_for_url("**/queue?words=acid")
    assert told == []


@pytest.mark.browser
def test_without_a_script_links_and_forms_do_the_same(opened: Opened) -> None:
    """A filter, an order, a decision on two, and the way back."""
    page, _ = opened("/queue", java_script_enabled=False)
    page.locator("label.fold").click()
    page.locator(".choices a", has_text="Low").click()
    page.locator("select[name=sort]").select_option("due")
    page.locator(".search button").click()
    assert "severity=low" in page.url
    assert "sort=due" in page.url
    for place in (0, 1):
        page.locator("input[name=alert]").nth(place).check()
    page.locator(".act summary").click()
    page.locator("select[name=decision]").select_option("dismiss/other-goods")
    page.locator("button[value=decide]").click()
    expect(page.locator("h1")).to_contain_text("2 alerts")
    page.fill("textarea[name=note]", "paint")
    page.locator(".confirm button").click()
    expect(page.locator(".toast")).to_contain_text("2 alerts")
    assert "severity=low" in page.url
    page.locator(".toast button").click()
    expect(page.locator(".toast")).to_contain_text("2 alerts restored")
    expect(page.locator("[data-row]").first).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("key", ["Enter", "Control+Enter"])
def test_enter_does_what_stands_beside_the_field(opened: Opened, key: str) -> None:
    """A typed name gets the alerts, not the typist; a note belongs to a decision."""
    page, told = opened("/queue", reduced_motion="reduce")
    title = page.locator("[data-row] a.title").first.inner_text()
    page.locator("[data-row] input[name=alert]").first.check()
    page.get_by_text("Assign or decide").click()
    page.fill("input[name=to]", "analyst")
    page.press("input[name=to]", key)
    expect(page.locator("[data-row] .who-has")).to_have_text("analyst")
    page.locator("[data-row] input[name=alert]").first.check()
    page.get_by_text("Assign or decide").click()
    page.select_option("select[name=decision]", "dismiss/other-goods")
    page.fill("input[name=note]", "paint")
    page.press("input[name=note]", key)
    expect(page.locator("[data-row] a.title").first).not_to_have_text(title)
    assert told == []


def test_a_colleague_does_not_undo_an_act_by_an_address_that_was_passed_on(
    desk: Callable[..., Desk],
) -> None:
    """Who decided is offered it in the queue; others undo it on the page of the act."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    page = _page(one, "severity=low")
    ask = {
        "do": "decide",
        "alert": _ids(page)[:2],
        "decision": "hold/inspect",
        "note": "both",
        "seen": page["last"],
        "confirmed": True,
    }
    number = one.send("/queue/bulk", ask).json()["batch"]
    back = f"/queue?did=decide&done=2&batch={number}"
    undo = f'action="/bulk-decisions/{number}/undo"'
    assert undo in one.get(back).text
    assert "data-toast" not in other.get(back).text
    assert undo in other.get(f"/bulk-decisions/{number}").text


def test_the_first_decision_of_all_is_seen_to_have_been_made_meanwhile(
    desk: Callable[..., Desk],
) -> None:
    """A page that was opened before any decision says so by a 0, which is not "no answer"."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    page = _page(one, "severity=low")
    some = _ids(page)[:3]
    assert page["last"] == 0
    held = {"verdict": "hold", "reason": "inspect", "seen": 0}
    assert other.send(f"/alerts/{some[0]}/decision", held).is_success
    ask = {"do": "decide", "alert": some, "decision": "dismiss/other-goods", "seen": 0}
    look = one.send("/queue/bulk/preview", ask).json()
    assert (look["change"], look["left"], look["replaced"], look["asked"]["seen"]) == (2, 1, 0, 0)


def test_undoing_an_act_that_only_proposed_says_what_is_as_before(
    desk: Callable[..., Desk],
) -> None:
    """Its alerts were never decided; they no longer wait for a second officer."""
    one = desk("analyst")
    page = _page(one, "severity=critical")
    ask = {
        "do": "decide",
        "alert": _ids(page),
        "decision": "dismiss/other-goods",
        "note": "all",
        "seen": page["last"],
        "confirmed": True,
    }
    done = one.send("/queue/bulk", ask).json()
    assert (done["done"], done["proposed"]) == (0, page["total"])
    back = one.post(f"/bulk-decisions/{done['batch']}/undo", {}).headers["location"]
    assert f"did=undo&done={page['total']}&left=0" in back


@pytest.mark.browser
def test_many_alerts_stand_above_the_fold(opened: Opened) -> None:
    """At least 14 rows are seen at 1280×800, the most severe first, each with amount and route."""
    page, told = opened("/queue")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("#preview article")).to_be_visible()
    rows = page.locator("[data-row]")
    seen = rows.evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().bottom <= innerHeight).length"
    )
    assert seen >= min(14, rows.count())
    check_page(page, told, 1280)
    first = page.locator("[data-row]").first
    assert first.locator(".amount").inner_text().endswith("kg")
    assert "→" in first.locator(".route").inner_text()
    assert told == []


@pytest.mark.browser
def test_an_alert_is_decided_beside_the_queue_and_the_next_one_follows(opened: Opened) -> None:
    """Key j loads no page; a decision comes back to the same place in the queue."""
    page, told = opened("/queue", reduced_motion="reduce")
    expect(page.locator("#preview article")).to_be_visible()
    titles = page.locator("[data-row] a.title").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("#preview header h2")).to_contain_text(titles[1])
    assert page.url.endswith("/queue")
    page.keyboard.press("d")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queue?step=*")
    expect(page.locator("#told")).to_contain_text("ismissed")
    expect(page.locator("[data-row] a.title").nth(1)).to_have_text(titles[2])
    expect(page.locator("[data-row]").nth(1)).to_have_class(re.compile("here"))
    page.keyboard.press("u")
    expect(page.locator("#told")).to_contain_text("undone")
    expect(page.locator("[data-row] a.title").nth(1)).to_have_text(titles[1])
    assert told == []


@pytest.mark.browser
def test_no_key_decides_what_is_not_seen(opened: Opened) -> None:
    """With the filters open the preview is away at this width, and so are its keys."""
    page, told = opened("/queue")
    expect(page.locator("#preview article")).to_be_visible()
    page.locator("label.fold").click()
    expect(page.locator("#preview")).to_be_hidden()
    for key in ("d", "1", "Control+Enter"):
        page.keyboard.press(key)
    assert page.locator("#preview input:checked").count() == 0
    assert page.url.endswith("/queue")
    page.locator("label.fold").click()
    expect(page.locator("#preview article")).to_be_visible()
    assert told == []


@pytest.mark.browser
def test_a_preview_that_cannot_be_had_leads_on(opened: Opened) -> None:
    """Without a connection the title stays; a session that ended leads to the sign-in."""
    page, _ = opened("/queue", reduced_motion="reduce")
    expect(page.locator("#preview article")).to_be_visible()
    page.context.set_offline(True)
    page.keyboard.press("j")
    expect(page.locator("#preview > a")).to_be_visible()
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.keyboard.press("j")
    page.wait_for_url("**/sign-in**")


@pytest.mark.browser
def test_columns_stay_in_place_where_others_are_hidden(opened: Opened) -> None:
    """Two hidden columns leave the others one below the other, on a phone too."""
    page, told = opened("/queue")
    page.locator("[data-look] summary").click()
    for name in ("amount", "route"):
        page.uncheck(f"[data-look] input[value={name}]")
    lefts = page.locator("[data-row] .when").evaluate_all(
        "all => [...new Set(all.map(one => Math.round(one.getBoundingClientRect().left)))]"
    )
    assert len(lefts) == 1
    heights = page.locator("[data-row]").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert max(heights) <= 40
    page.set_viewport_size({"width": 390, "height": 844})
    check_page(page, told, 390)


@pytest.mark.browser
def test_what_a_reader_hides_stays_hidden(opened: Opened) -> None:
    """Columns, density and the preview are chosen once."""
    page, told = opened("/queue")
    page.locator("[data-look] summary").click()
    for name in ("preview", "route"):
        page.uncheck(f"[data-look] input[value={name}]")
    expect(page.locator("#preview")).to_be_hidden()
    page.reload()
    expect(page.locator("#preview")).to_be_hidden()
    expect(page.locator("[data-row] .route").first).to_be_hidden()
    expect(page.locator("[data-row] .amount").first).to_be_visible()
    assert told == []


def test_a_preview_is_for_who_may_see_the_alert(desk: Callable[..., Desk]) -> None:
    """It is a fragment with the decision form; an unknown alert has none."""
    one = desk("analyst")
    name = _page(one)["rows"][0]["alert"]["id"]
    told = one.get(f"/alerts/{name}/preview?queue=severity%3Dhigh").text
    assert "<html" not in told
    assert 'name="back" value="queue"' in told
    assert one.get("/alerts/unknown/preview").status_code == 404
