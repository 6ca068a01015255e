"""The page of a list entry: its values with first day, versions, and ownership, drawn and told."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.web.core.node import Node

_OLD = "id,kind,name,action,listed,births,ties\n7,person,Arvo Zelentas,blocked,2022-03-01,1970,\n"
_NEW = _OLD.replace("1970,", "1970;1971,relative-of:8") + (
    "8,person,Verborgen Mensch,blocked,2022-03-01,,director-of:Nobody BV\n"
)
_OWNERS = (
    "owner,owned,percent,from,to,source\n"
    "Arvo Zelentas,Qorvex Works GmbH,60,2019,,Register of Examplia\n"
    "Qorvex Works GmbH,Tonders Chemie Handelsgesellschaft mit langem Namen BV,50,,,Report\n"
)
_FIRM = "qorvex works gmbh"


def _add(folder: Path, slug: str, text: str, day: date) -> None:
    archive = Archive(folder)
    files = [ListFile(name=f"{slug}.csv", content=text.encode())]
    read = read_list(files, load_definitions(), slug)
    archive.add(read, files, datetime(2026, 11, 25, tzinfo=UTC), dated=day)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """Keep two versions of a list, a restricted list, and ownership data."""
    folder = tmp_path / "lists"
    _add(folder, "ofac-sdn", _OLD, date(2026, 1, 5))
    _add(folder, "ofac-sdn", _NEW, date(2026, 3, 5))
    _add(folder, "register", _OWNERS, date(2026, 2, 1))
    hidden = "id,kind,name,action,confidential\ns1,organisation,Geheim GmbH,blocked,yes\n"
    _add(folder, "secret", hidden, date(2026, 2, 1))
    return folder


@pytest.fixture
def shown(node: Node, filled: Path) -> Node:
    """Let the pages know the folder."""
    node.serving = msgspec.structs.replace(node.serving, lists=str(filled))
    return node


def test_each_value_has_its_first_day_and_each_version_what_changed(
    shown: Node, desk: Callable[..., Desk]
) -> None:
    """A birth date that came later says so; the versions name what was added."""
    del shown
    told = desk("viewer").get("/lists/ofac-sdn.json?entry=7").json()
    since = {(each["field"], each["text"]): each["since"] for each in told["values"]}
    assert since["births", "1970"] == "2026-01-05"
    assert since["births", "1971"] == "2026-03-05"
    assert [(each["day"], each["what"]) for each in told["versions"]] == [
        ("2026-03-05", "changed"),
        ("2026-01-05", "added"),
    ]
    births, ties = told["versions"][0]["fields"]
    assert births == {"field": "births", "removed": [], "added": ["1971"]}
    assert ties["field"] == "ties"
    earlier = desk("viewer", "other").get("/lists/ofac-sdn.json?entry=7&day=2026-02-01").json()
    assert [each["text"] for each in earlier["values"] if each["field"] == "births"] == ["1970"]


def test_ownership_is_stated_tested_and_drawn(shown: Node, desk: Callable[..., Desk]) -> None:
    """The owner stands above the firm, what it owns below, and each leads to its page."""
    del shown
    one = desk("viewer")
    told = one.get(f"/lists/register.json?entry={_FIRM}").json()
    rows = told["drawing"]["rows"]
    assert [(row["name"], row["share"], row["action"]) for row in rows] == [
        ("Arvo Zelentas", "60 %", "blocked"),
        ("Qorvex Works GmbH", "", ""),
        ("Tonders Chemie Handelsgesellschaft mit langem Namen BV", "50 %", ""),
    ]
    assert [test["result"] for test in told["owned"]["tests"]] == ["owned"]
    for row in rows:
        assert one.get(row["path"]).status_code == 200
    page = one.get(f"/lists/register?entry={_FIRM}").text
    assert "not listed itself" in page
    assert "Register of Examplia" in page


def test_offices_and_relatives_are_told_and_are_no_ownership(
    shown: Node, desk: Callable[..., Desk]
) -> None:
    """They lead to the other entry, if it is one, and are not drawn."""
    del shown
    one = desk("viewer")
    told = one.get("/lists/ofac-sdn.json?entry=7").json()["relations"]
    assert [(each["name"], each["path"]) for each in told] == [
        ("Verborgen Mensch", "/lists/ofac-sdn?entry=8")
    ]
    assert "relative of Verborgen Mensch" in one.get("/lists/ofac-sdn?entry=7").text
    other = one.get("/lists/ofac-sdn.json?entry=8").json()
    assert (other["relations"][0]["path"], other["drawing"]) == ("", None)


@pytest.mark.parametrize("path", ["/lists/secret?entry=s1", "/lists/ofac-sdn?entry=99", "/lists/x"])
def test_what_is_not_there_or_not_for_all_is_missing(
    path: str, shown: Node, desk: Callable[..., Desk]
) -> None:
    """A restricted entry is missing like one that does not exist, except for the cleared."""
    del shown
    assert desk("viewer").get(path).status_code == 404
    cleared = desk("analyst", "cleared", cleared=True).get(path).status_code
    assert cleared == (200 if "secret" in path else 404)


def test_a_link_to_a_restricted_entry_is_for_the_cleared(
    node: Node, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """Neither its name nor its id is in the page or the record of an open entry."""
    folder = tmp_path / "some"
    text = (
        "id,kind,name,action,confidential,ties\n1,person,Open Mensch,blocked,no,relative-of:s9\n"
        "s9,person,Geheim Mensch,blocked,yes,\n"
    )
    _add(folder, "board", text, date(2026, 1, 1))
    node.serving = msgspec.structs.replace(node.serving, lists=str(folder))
    told = desk("viewer").get("/lists/board.json?entry=1").text
    assert "s9" not in told
    assert "Geheim" not in told
    assert "s9" in desk("analyst", "cleared", cleared=True).get("/lists/board.json?entry=1").text


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_in_a_browser(
    width: int, opened: Opened, served: tuple[str, Node], filled: Path
) -> None:
    """It fits a telephone, passes axe, and its drawing is walked through by keyboard."""
    _, node = served
    node.serving = msgspec.structs.replace(node.serving, lists=str(filled))
    page, told = opened(f"/lists/register?entry={_FIRM}", role="viewer", width=width)
    check_page(page, told, width)
    drawing = page.locator("svg.owned")
    assert drawing.locator("a").count() == 3
    text = drawing.locator("text").first.evaluate("e => e.getBoundingClientRect().height")
    assert text >= 11
    drawing.locator("a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/lists/ofac-sdn?entry=7")
    assert page.locator("h1").inner_text() == "Arvo Zelentas"
