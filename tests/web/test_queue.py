"""The page of the queue: what it shows, and what is done with many alerts at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk

from tidewaiter.store import tables
from tidewaiter.store.terms import change_terms, numbers_of
from tidewaiter.web.node import Node


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


def test_each_order_is_called_what_it_is(desk: Callable[..., Desk]) -> None:
    """What contradicts comes before what is due sooner; by the days alone there is another order.

    So the order of work is not called the most urgent first.
    """
    one = desk("viewer")
    days = {
        sort: [row["alert"].get("days_left") for row in _page(one, f"sort={sort}")["rows"]]
        for sort in ("rank", "due")
    }
    known = {sort: [each for each in left if each is not None] for sort, left in days.items()}
    assert known["rank"][0] > min(known["rank"])
    assert known["due"] == sorted(known["due"])
    said = re.findall(r"<option[^>]*>([^<]*)", one.get("/queue").text)
    assert {"in order of work", "due soonest first"} <= set(said)
    assert not any("urgent" in each for each in said)


def test_words_find_goods_in_any_script(desk: Callable[..., Desk]) -> None:
    """And the page marks what was found in them."""
    one = desk("viewer")
    (row,) = _page(one, "words=黄樟素")["rows"]
    assert row["alert"]["line"]["goods"] == "黄樟素 99%"
    assert re.search(r"<mark[^>]*>黄樟素</mark>", one.get("/queue?words=黄樟素").text)
    assert _page(one, "words=PHENYLESSIGSAURE")["total"] == 1
    nothing = one.get("/queue?words=zzzz").text
    assert "says nothing of the goods" in nothing
    assert not re.search(r"\b(clear|safe|legal)\b", nothing.split("<main")[1])


@pytest.mark.parametrize(
    "query", ["sort=sideways", "severity=huge", "due_from=soon", "nonsense=1", "after=nowhere"]
)
def test_an_address_that_asks_nothing_sensible_is_told(
    desk: Callable[..., Desk], query: str
) -> None:
    """And is no error of ours."""
    assert desk("viewer").get(f"/queue?{query}").status_code == 400


def test_many_are_decided_each_by_itself(desk: Callable[..., Desk]) -> None:
    """With a trail and an entry of the audit for each; the rest is as it was."""
    one = desk("analyst")
    page = _page(one, "severity=low")
    some = _ids(page)[:3]
    form = {"do": "decide", "alert": some, "decision": "dismiss/other-goods", "note": "salt",
            "seen": page["last"], "queue": "severity=low", "expected": page["total"]}  # fmt: skip
    answer = one.post("/queue/bulk", form)
    assert (answer.status_code, answer.headers["location"]) == (
        303, "/queue?severity=low&done=3&left=0",
    )  # fmt: skip
    assert _page(one, "status=dismissed")["total"] == 3
    for name in some:
        record = one.get(f"/alerts/{name}.json").json()
        assert [step["note"] for step in record["trail"]] == ["salt"]
    assert _page(one, "severity=low")["total"] == page["total"] - 3
    assert "Changed:" in one.get(answer.headers["location"]).text


def test_what_another_decided_is_left_and_counted(desk: Callable[..., Desk]) -> None:
    """Both of what was ticked and of all that match."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    page = _page(one, "severity=low")
    first, second = _ids(page)[:2]
    held = {"verdict": "hold", "reason": "inspect", "seen": "0"}
    assert other.post(f"/alerts/{first}/decision", held).status_code == 303
    ask = {"do": "decide", "decision": "dismiss/other-goods", "seen": page["last"],
           "queue": "severity=low", "expected": page["total"]}  # fmt: skip
    ticked = one.send("/queue/bulk", {**ask, "alert": [first, second]}).json()
    assert ticked == {"done": 1, "left": 1, "beyond": 0}
    every = one.send("/queue/bulk", {**ask, "everything": True}).json()
    assert every == {"done": page["total"] - 2, "left": 2, "beyond": 0}
    assert one.get(f"/alerts/{first}.json").json()["standing"]["status"] == "held"


def test_alerts_are_taken_and_given(desk: Callable[..., Desk]) -> None:
    """To oneself, to another, to nobody again."""
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
    if width < 900:
        page.locator("label.fold").click()
        expect(page.locator(".filters")).to_be_visible()
    check_page(page, told, width)


@pytest.mark.browser
def test_the_queue_is_worked_through_by_keyboard_alone(opened: Opened) -> None:
    """Move, choose, take, search, open, and come back to the same queue."""
    page, told = opened("/queue", reduced_motion="reduce")
    for key in ("j", "j", "k", "x", "a"):
        page.keyboard.press(key)
    page.wait_for_url("**/queue?done=1&left=0")
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
    """A filter, an order, a decision on two."""
    page, _ = opened("/queue", java_script_enabled=False)
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
    expect(page.locator(".note")).to_contain_text("2")
    assert "severity=low" in page.url


@pytest.mark.browser
@pytest.mark.parametrize("key", ["Enter", "Control+Enter"])
def test_enter_does_what_stands_beside_the_field(opened: Opened, key: str) -> None:
    """A name that is typed gets the alerts, not whoever types; a note goes with a decision."""
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
