"""Requests for information and for legal assistance: checks, and where each stands."""

import re
from datetime import date
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.exchange import AMBER, TODAY, changed

from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.requests.checks import (
    check_answer,
    check_delay,
    check_refusal,
    check_request,
    check_withdrawal,
)
from tidewaiter.exchange.requests.state import request_of
from tidewaiter.exchange.requests.types import (
    About,
    Answer,
    Asked,
    Delay,
    Refusal,
    Request,
    Spoken,
    Withdrawal,
    load_instruments,
)

REQUEST = Request(
    id="r-1",
    asker="north",
    asked="south",
    kind="information",
    day=date(2026, 11, 20),
    purpose="investigation",
    facts="Drums with another label.",
    instrument="un-1988-12",
    items=(Asked(number=1, text="Who sent them?"), Asked(number=2, text="What was paid?")),
    about=(About(kind="incident", node="north", ref="inc-7"),),
    deadline=date(2026, 12, 10),
    marking=AMBER,
)
LEGAL = changed(REQUEST, kind="legal-assistance", instrument="un-1988-7", authority="The court")
ANSWER = Answer(
    id="a-1",
    request="r-1",
    asker="north",
    items=(1,),
    partly=(2,),
    text="Alpha Trading.",
    bundles=("ab" * 32,),
    marking=AMBER,
)
REFUSAL = Refusal(id="n-1", request="r-1", asker="north", items=(2,), ground="law", why="Bank law.")
DELAY = Delay(id="d-1", request="r-1", asker="north", until=date(2026, 12, 20), why="Holidays")
WITHDRAWAL = Withdrawal(id="w-1", request="r-1", asker="north", why="It was found.")


def _said(body: Spoken, sender: str, number: int) -> Said[Spoken]:
    return Said(id=f"m-{number}", sender=sender, at="2026-11-26T00:00:00Z", body=body)


def _talk(*told: tuple[Spoken, str]) -> list[Said[Spoken]]:
    return [_said(body, sender, number) for number, (body, sender) in enumerate(told)]


def test_good_ones_have_no_problem() -> None:
    """Each of the records here can be sent."""
    assert check_request(REQUEST, TODAY) == ()
    assert check_request(LEGAL, TODAY) == ()
    assert check_answer(ANSWER, REQUEST) == ()
    assert check_refusal(REFUSAL, REQUEST) == ()
    assert check_delay(DELAY, REQUEST, TODAY) == ()
    assert check_withdrawal(WITHDRAWAL, REQUEST) == ()


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"facts": ""}, "facts"),
        ({"asked": "north"}, "asked"),
        ({"items": ()}, "items"),
        ({"items": (Asked(number=2, text="Who?"),)}, "items"),
        ({"items": (Asked(number=1, text=" "),)}, "item 1"),
        ({"instrument": "treaty-of-nowhere"}, "instrument"),
        ({"instrument": ""}, "basis"),
        ({"kind": "legal-assistance"}, "authority"),
        ({"kind": "legal-assistance", "authority": "x", "purpose": "statistics"}, "purpose"),
        ({"day": date(2026, 11, 27)}, "day"),
        ({"deadline": TODAY}, "deadline"),
        ({"urgency": "immediate"}, "why_urgent"),
        ({"about": (About(kind="party", node="north", ref=""),)}, "about 1"),
    ],
)
def test_each_problem_of_a_request_names_its_place(more: dict[str, object], at: str) -> None:
    """One thing that is wrong gives one problem."""
    (problem,) = check_request(changed(REQUEST, **more), TODAY)
    assert problem.at == at
    assert problem.hint


def test_problems_of_what_is_said_to_a_request() -> None:
    """Numbers were asked, reasons are given, hashes are valid, the purpose is respected."""
    wrong = Marking(tlp="amber", purposes=("statistics",))
    bad = changed(ANSWER, items=(1, 3), partly=(1,), bundles=("zz",), marking=wrong, text="")
    at = [each.at for each in check_answer(bad, REQUEST)]
    assert at == ["text", "items", "items", "marking", "bundle 1"]
    assert [each.at for each in check_answer(ANSWER, changed(REQUEST, id="r-2"))] == ["request"]
    assert [each.at for each in check_refusal(changed(REFUSAL, why="", items=()), REQUEST)] == [
        "why",
        "items",
    ]
    assert [each.at for each in check_delay(changed(DELAY, until=None), REQUEST, TODAY)] == [
        "until"
    ]
    assert [each.at for each in check_delay(changed(DELAY, until=TODAY), REQUEST, TODAY)] == [
        "until"
    ]


def test_a_withdrawal_says_why() -> None:
    """And it is of this request."""
    bad = changed(WITHDRAWAL, why=" ", request="r-2")
    assert [each.at for each in check_withdrawal(bad, REQUEST)] == ["request", "why"]


def test_an_answer_in_part_leaves_it_partly_answered() -> None:
    """Each item is separate; a refusal settles an item, an answer outweighs it."""
    talk = _talk((REQUEST, "north"))
    assert request_of("north", "r-1", talk).state == "open"
    talk = _talk((REQUEST, "north"), (ANSWER, "south"))
    found = request_of("north", "r-1", talk)
    assert (found.state, found.items) == ("partly", {1: "full", 2: "part"})
    whole = changed(ANSWER, id="a-2", items=(2,), partly=())
    talk = _talk((REQUEST, "north"), (REFUSAL, "south"), (ANSWER, "south"), (whole, "south"))
    found = request_of("north", "r-1", talk)
    assert (found.state, found.items) == ("done", {1: "full", 2: "full"})
    for id_ in ("a-0", "a-2"):  # whichever of two answers is sorted first
        talk = _talk((REQUEST, "north"), (changed(whole, id=id_), "south"), (ANSWER, "south"))
        assert request_of("north", "r-1", talk).items == {1: "full", 2: "full"}
    talk = _talk((REQUEST, "north"), (changed(REFUSAL, items=(1, 2)), "south"))
    assert request_of("north", "r-1", talk).items == {1: "refused", 2: "refused"}


def test_silence_is_no_answer() -> None:
    """Past its deadline a request is overdue, day by day, until it is done or withdrawn."""
    asked = request_of("north", "r-1", _talk((REQUEST, "north"), (DELAY, "south")))
    assert asked.state == "open"
    assert asked.overdue(date(2026, 12, 10)) == 0
    assert asked.overdue(date(2026, 12, 14)) == 4
    gone = request_of("north", "r-1", _talk((REQUEST, "north"), (WITHDRAWAL, "north")))
    assert (gone.state, gone.overdue(date(2027, 1, 1))) == ("withdrawn", 0)


def test_each_side_speaks_for_itself() -> None:
    """Others cannot answer, nor withdraw; an answer to what has not come changes nothing."""
    talk = _talk((REQUEST, "north"), (ANSWER, "east"), (WITHDRAWAL, "south"), (REFUSAL, "north"))
    found = request_of("north", "r-1", talk)
    assert found.state == "open"
    assert [each.said.id for each in found.unheeded] == ["m-1", "m-2", "m-3"]
    early = request_of("north", "r-1", _talk((ANSWER, "south")))
    assert (early.state, len(early.unheeded)) == ("unknown", 1)


BODIES: st.SearchStrategy[Spoken] = st.sampled_from(
    [
        REQUEST,
        ANSWER,
        changed(ANSWER, id="a-2", items=(2,), partly=()),
        REFUSAL,
        DELAY,
        WITHDRAWAL,
        changed(REFUSAL, id="n-2", items=(1,)),
    ]
)


@given(
    told=st.lists(
        st.tuples(BODIES, st.sampled_from(["north", "south", "east"])), max_size=10, unique=True
    ),
    order=st.randoms(use_true_random=False),
)
def test_duplicates_and_order_change_nothing(told: list[tuple[Spoken, str]], order: Random) -> None:
    """The same messages, twice and in any order, leave the same request."""
    talk = _talk(*told)
    twice = [*talk, *talk]
    order.shuffle(twice)
    once, again = request_of("north", "r-1", talk), request_of("north", "r-1", twice)
    assert (once.state, once.items) == (again.state, again.items)
    assert once.answers == again.answers
    assert once.refusals == again.refusals
    assert once.delays == again.delays
    assert once.unheeded == again.unheeded


def test_an_instrument_that_was_not_read_says_so() -> None:
    """What is verified has an address and a day."""
    for name, each in load_instruments().instrument.items():
        assert bool(each.url and each.read) == each.verified, name


def test_the_request_of_the_page_can_be_sent() -> None:
    """The file in the reference lacks nothing but what is filled in."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "requests.md").read_text("utf-8")
    (found,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    filled = {"id": "r-1", "asker": "north", "asked": "south", "day": "2026-11-20"}
    told = msgspec.convert(msgspec.json.decode(found) | filled, Request)
    assert check_request(told, TODAY) == ()
