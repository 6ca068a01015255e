"""The page of recalls: outcomes, legal holds, and recalls by peers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest
from tests.support.peers import Party
from tests.web.conftest import Desk
from tests.web.exchanging import meet
from tests.web.requesting import ask_for, request

from tidewaiter.exchange.recalls import Reason
from tidewaiter.store.recalls.issued import RecallFilter, Standing, Why, recall, recalls
from tidewaiter.store.requests import find_request
from tidewaiter.web.core.exchange_terms import REASONS, STANDINGS
from tidewaiter.web.core.node import Node
from tidewaiter.web.recalls.views import SHOWS, Show


@pytest.fixture
def pair(node: Node, tmp_path: Path) -> Iterator[tuple[Party, Party]]:
    """Let the installation exchange with another node."""
    own, other = meet(node, tmp_path)
    yield own, other
    other.desk.database.close()


def test_every_value_has_its_words() -> None:
    """A page never shows the bare code of a new value of the type."""
    for said, kind in ((REASONS, Reason), (STANDINGS, Standing), (SHOWS, Show)):
        assert set(said) == set(get_args(kind))


def test_an_own_request_is_recalled_from_its_page(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """Once; the recipient's signed statement is on the page, and our own record is kept."""
    own, other = pair
    ask_for(own, request(own, other))
    own.send(other)
    ben = desk("analyst", "ben")
    page = ben.get("/requests/1.json").json()
    message = page["known"]["request"]["id"]
    assert f'name="item" value="{message}"' in ben.get("/requests/1").text
    form = {"item": message, "reason": "wrong-recipient", "basis": "", "note": ""}
    assert ben.post("/recalls", {**form, "reason": "court"}).status_code == 400
    assert ben.post("/recalls", form).headers["location"] == "/recalls"
    assert ben.post("/recalls", form).status_code == 409
    assert "recall message not sent yet" in ben.get("/recalls").text
    own.send(other)
    assert "delivered, no reply yet" in ben.get("/recalls").text
    other.send(own)
    (line,) = ben.get("/recalls.json").json()["recalls"]
    assert (line["standing"], line["about"]) == ("destroyed", "r-1")
    after = ben.get("/requests/1").text
    assert "recalled: destroyed" in after
    assert 'action="/recalls"' not in after
    assert "Who sent them?" in after
    with other.desk.database.work() as work:
        assert find_request(work, other.desk.ring.lock, own.name, "r-1").request is None


def test_a_hold_is_put_and_lifted_by_whoever_answers_for_the_relation(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """An analyst only reports the number of onward recipients; the source gets both."""
    own, other = pair
    ask_for(other, request(other, own))
    other.send(own)
    ben, anna = desk("analyst", "ben"), desk("supervisor", "anna")
    (item,) = ben.get("/recalls.json?show=came").json()["items"]
    held = {"item": item["id"], "basis": "Order 7 <b>", "until": "", "case": ""}
    assert ben.post("/recalls/held", held).status_code == 403
    assert 'action="/recalls/held"' not in ben.get("/requests/1").text
    passed = {"item": item["id"], "others": "3", "asked": "2"}
    assert ben.post("/recalls/passed", {**passed, "asked": "4"}).status_code == 400
    assert ben.post("/recalls/passed", passed).status_code == 303
    assert anna.post("/recalls/held", held).status_code == 303
    assert "Order 7 &lt;b&gt;" in anna.get("/recalls?show=kept").text
    with other.desk.database.work(other.desk.stamp()) as work:
        recall(work, other.desk.ring.lock, other.name, item["id"], Why(reason="error"))
    other.send(own)
    own.send(other)
    assert "retained under legal hold" in anna.get("/recalls?show=theirs").text
    assert _came_of(other) == ("kept-under-legal-hold", 1)
    assert ben.post("/recalls/lifted", {"item": item["id"]}).status_code == 403
    lifted = anna.send("/recalls/lifted", {"item": item["id"]})
    assert lifted.json()["became"] == "destroyed"
    own.send(other)
    assert _came_of(other) == ("destroyed", 1)
    text = ben.get("/requests/1").text
    assert "Who sent them?" not in text
    assert "its content is no longer available" in text


def _came_of(source: Party) -> tuple[str, int]:
    with source.desk.database.work() as work:
        (told,) = recalls(work, source.desk.ring.lock, RecallFilter(by=source.name))
    return told.standing, told.untold
