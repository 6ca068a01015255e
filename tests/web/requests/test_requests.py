"""The pages of requests: by deadline, with what the state and the side allow, and nothing else."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from tests.support.exchange import changed
from tests.support.peers import Party
from tests.support.raising import says
from tests.web.conftest import Desk
from tests.web.exchanging import meet
from tests.web.requesting import ask_for, request

from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.requests.state import (
    ItemState,
    Show,
    State,
    acts,
    request_of,
    shows,
    urgency_first,
)
from tidewaiter.exchange.requests.types import (
    Delay,
    Ground,
    Kind,
    Request,
    Spoken,
    Subject,
    Urgency,
)
from tidewaiter.store.requests import find_request, say_to_request
from tidewaiter.web.core.node import Node
from tidewaiter.web.requests import views
from tidewaiter.web.requests.views import days_left

FORM = {
    "kind": "information",
    "purpose": "investigation",
    "facts": "Drums <b>",
    "tlp": "amber",
    "pap": "red",
    "items": ["Who sent them?", ""],
    "instrument": "un-1988-12",
    "about.0.kind": "incident",
    "about.0.ref": "",
    "deadline": "2099-12-10",
    "group": "",
}


@pytest.fixture
def pair(node: Node, tmp_path: Path) -> Iterator[tuple[Party, Party]]:
    """Let the installation exchange with another node."""
    own, other = meet(node, tmp_path)
    yield own, other
    other.desk.database.close()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (views.KINDS, Kind),
        (views.URGENCIES, Urgency),
        (views.SUBJECTS, Subject),
        (views.GROUNDS, Ground),
        (views.STATES, State),
        (views.ITEMS, ItemState),
        (views.SHOWS, Show),
    ],
)
def test_every_value_has_its_words(said: Mapping[str, str], kind: Any) -> None:
    """A page never shows the bare code of a new value of the type."""
    assert set(said) == set(get_args(kind))


def test_what_is_late_stands_first_and_what_is_over_last(pair: tuple[Party, Party]) -> None:
    """Then by the day, the more urgent first; one without a day after those that have one."""
    own, other = pair
    days = {"late": date(2026, 11, 1), "soon": date(2027, 1, 1), "never": None}
    known = {
        name: request_of(other.name, name, [_said(request(other, own, id=name, deadline=day))])
        for name, day in days.items()
    }
    pressing = request(other, own, id="p", deadline=days["soon"], urgency="urgent", why_urgent="x")
    known["pressing"] = request_of(other.name, "p", [_said(pressing)])
    known["gone"] = request_of(other.name, "gone", [])
    ordered = sorted(known, key=lambda name: urgency_first(known[name]))
    assert ordered == ["late", "pressing", "soon", "never", "gone"]
    today = date(2026, 11, 26)
    late = [name for name, each in known.items() if shows(each, "late", today)]
    assert (late, shows(known["gone"], "open", today)) == (["late"], False)
    assert acts(known["soon"], own.name) == ("answer", "refuse", "delay")
    assert acts(known["soon"], other.name) == ("withdraw",)
    assert acts(known["soon"], "tidewaiter/third") == acts(known["gone"], own.name) == ()
    assert [days_left(each) for each in (-1, -2, 0, 1)] == [
        "1 day overdue",
        "2 days overdue",
        "today",
        "in 1 day",
    ]


def test_a_request_is_answered_from_its_page(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """In part, by a refusal and a delay; the asker reads all; other words are escaped."""
    own, other = pair
    ask_for(other, request(other, own))
    other.send(own)
    ben = desk("analyst", "ben")
    box = ben.get("/requests.json").json()
    assert [(each["number"], each["overdue"]) for each in box["rows"]] == [(1, 0)]
    text = ben.get("/requests/1").text
    assert "&lt;b&gt;were found" in text
    assert '<span class="redacted">' in text
    assert "[redacted]" not in text
    assert "Withdraw" not in text
    path = "/requests/1"
    assert ben.post(f"{path}/withdrawal", {"why": "x"}).status_code == 400
    assert ben.post(f"{path}/answers", {"text": "x", "items": "9"}).status_code == 400
    answer = {"text": "Alfa <i>", "items": "1", "partly": "", "tlp": "amber+strict"}
    assert ben.post(f"{path}/answers", answer).status_code == 303
    assert ben.post(f"{path}/delays", {"until": "2099-12-20"}).status_code == 303
    refusal = {"items": "2", "ground": "law", "why": "Bank secrecy"}
    assert ben.post(f"{path}/refusals", refusal).headers["location"] == "/requests/1#said"
    own.send(other)
    with other.desk.database.work() as work:
        known = find_request(work, other.desk.ring.lock, other.name, "r-1")
    assert known.items == {1: "full", 2: "refused"}
    assert known.answers[0].body.marking == changed(request(other, own).marking, tlp="amber+strict")
    page = ben.get(f"{path}.json").json()
    assert (page["known"]["state"], page["acts"]) == ("done", ["answer", "refuse"])
    assert {sent["state"] for each in page["fates"].values() for sent in each["sent"]} == {
        "processed"
    }
    assert ben.post(f"{path}/delays", {"until": "2099-12-20"}).status_code == 409
    assert ben.get("/requests.json").json()["rows"] == []
    assert len(ben.get("/requests.json?show=over").json()["rows"]) == 1


def test_a_request_is_asked_by_the_form_and_withdrawn(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """Errors are shown in the form; reading and asking need the permission."""
    own, other = pair
    ben, chief = desk("analyst", "ben"), desk("administrator", "chief")
    form = {**FORM, "to": other.name}
    wrong = ben.post("/requests", {**form, "instrument": "", "deadline": "2020-01-01"})
    assert wrong.status_code == 400
    assert says(wrong.text, "exchange/legal-basis-missing")
    assert says(wrong.text, "exchange/day-in-past")
    assert "Drums &lt;b&gt;" in wrong.text
    assert ben.get("/requests.json?box=out&show=all").json()["rows"] == []
    made = ben.post("/requests", form)
    assert made.headers["location"] == "/requests/1", made.text
    own.send(other)
    late = Delay(
        id="d",
        request=ben.get("/requests/1.json").json()["known"]["id"],
        asker=own.name,
        needs="A court order",
    )
    with other.desk.database.work(other.desk.stamp()) as work:
        say_to_request(work, other.desk.ring.lock, other.name, late)
    other.send(own)
    text = ben.get("/requests/1").text
    assert "A court order" in text
    assert "Send reply" not in text
    assert chief.get("/requests").status_code == 403
    assert chief.get("/requests/1.json").status_code == 403
    assert chief.post("/requests/1/withdrawal", {"why": "x"}).status_code == 403
    assert ben.post("/requests/1/withdrawal", {"why": "It was found."}).status_code == 303
    own.send(other)
    with other.desk.database.work() as work:
        assert find_request(work, other.desk.ring.lock, own.name, late.request).state == "withdrawn"
    assert ben.get("/requests/1.json").json()["acts"] == []
    assert ben.get("/requests/2").status_code == 404


def _said(body: Request) -> Said[Spoken]:
    return Said(id=body.id, sender=body.asker, at="2026-11-20T00:00:00+00:00", body=body)
