"""The pages of private questions: permissions, remaining budget, and the meaning of a hit."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.peers import Party as Other
from tests.web.casedesk import XSS
from tests.web.conftest import Desk
from tests.web.exchanging import meet

from tidewaiter.exchange.private import intersection
from tidewaiter.exchange.private.intersection import Party
from tidewaiter.transport import private as offering
from tidewaiter.web.core.node import Node

LEI = "5493001KJTIIGC8Y1R12"
SEEN = (Party(name="Harbour Chemicals", numbers=(("lei", LEI),)),)
Pair = tuple[Other, Other]
needs_psi = pytest.mark.skipif(not intersection.is_there(), reason="no extra psi")


@pytest.fixture
def pair(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Let the installation exchange with a node; both are answerable from one party."""
    monkeypatch.setattr(offering, "answerable", lambda *_: iter(SEEN))
    own, other = meet(node, tmp_path)
    monkeypatch.setattr(Node, "now", lambda _: other.desk.clock())  # permissions end by the clock
    yield own, other
    other.desk.database.close()


def _question(peer: str) -> dict[str, Any]:
    return {
        "peer": peer,
        "purpose": "investigation",
        "parties.0.name": f"Harbour {XSS}",
        "parties.0.numbers.0.scheme": "lei",
        "parties.0.numbers.0.value": LEI,
        "parties.0.numbers.1.scheme": "vat",
        "parties.1.email": "desk@unseen.example",
        "parties.2.name": "",
        "parties.2.numbers.0.scheme": "lei",
    }


@needs_psi
def test_a_peer_is_asked_and_a_hit_says_what_it_is(desk: Callable[..., Desk], pair: Pair) -> None:
    """By the form: one of two parties is a hit; the budget is shown before and after."""
    own, other = pair
    anna = desk("analyst", "anna")
    told = offering.Allowing(peer=own.name, budget=64, purposes=("investigation",), days=7)
    offering.allow(other.desk, other.desk.stamp(), told)
    other.send(own)
    assert "1 question left today" in anna.get("/private").text
    answer = anna.post("/private", _question(other.name))
    assert (answer.status_code, answer.headers["location"]) == (303, "/private/1")
    assert "no reply yet" in anna.get("/private/1").text
    own.send(other)
    other.send(own)
    shown = anna.get("/private/1.json").json()["shown"]
    assert [each["by"] for each in shown["parties"]] == [["lei"], []]
    page = anna.get("/private/1").text
    assert "match on: LEI" in page
    assert "It is not evidence" in page
    assert anna.get(f"/requests/new?to={other.name}").status_code == 200
    assert "/requests/new?to=" in page
    assert "<img" not in page
    assert "0 questions left today" in anna.get("/private").text
    again = anna.send("/private", {"peer": other.name, "purpose": "control", "parties": []})
    assert again.status_code == 400
    assert anna.post("/private", _question(other.name)).status_code == 400  # over budget


@needs_psi
def test_a_peer_is_let_ask_and_let_no_more(desk: Callable[..., Desk], pair: Pair) -> None:
    """Only with the relation permission; the remaining budget is shown, and gone when denied."""
    _, other = pair
    anna, chief = desk("analyst", "anna"), desk("supervisor", "chief")
    form = {
        "peer": other.name,
        "budget": 128,
        "purposes": "control",
        "parts": "confirmed",
        "days": 7,
    }
    assert anna.post("/private/offers", form).status_code == 403
    assert chief.post("/private/offers", {**form, "parts": "joined"}).status_code == 400
    assert chief.post("/private/offers", {**form, "budget": 63}).status_code == 400
    made = chief.post("/private/offers", form)
    assert made.status_code == 201
    assert "Questions are answered from data on 1 party" in made.text
    (peer,) = chief.get("/private.json").json()["peers"]
    assert (peer["may_ask"]["left"], peer["may_ask"]["purposes"]) == (128, ["control"])
    assert "2 questions left today" in anna.get("/private").text
    assert chief.post("/private/offers/end", {"peer": other.name}).status_code == 303
    assert chief.get("/private.json").json()["peers"][0]["may_ask"] is None


def test_without_the_extra_it_is_said(
    desk: Callable[..., Desk], pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In words, with instructions; no form is shown, and a program gets it too."""
    monkeypatch.setattr(intersection, "_LIBRARY", None)
    chief = desk("supervisor", "chief")
    page = chief.get("/private").text
    assert "pip install" in page
    assert 'action="/private/offers"' not in page
    body = {"peer": pair[1].name, "purposes": ["control"]}
    told = chief.send("/private/offers", body)
    assert told.status_code == 400
    assert "psi" in told.text
