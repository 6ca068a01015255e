"""Recalls: what became of an item at each recipient."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.exchange import TODAY, changed

from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.recalls import (
    Outcome,
    Recall,
    Spoken,
    check_outcome,
    check_recall,
    recall_of,
)

DIGEST = "0f" * 32
RECALL = Recall(id="k-1", item="m-9", digest=DIGEST, reason="wrong-recipient")
GONE = Outcome(recall="k-1", item="m-9", digest=DIGEST, result="destroyed", day=date(2026, 11, 20))
HELD = changed(
    GONE,
    result="kept-under-legal-hold",
    basis="Order 7",
    until=date(2027, 1, 1),
    day=date(2026, 11, 10),
)
GIVEN = ("south", "east")


def _talk(*told: tuple[Spoken, str]) -> list[Said[Spoken]]:
    return [
        Said(id=f"m-{number}", sender=sender, at="2026-11-26T00:00:00Z", body=body)
        for number, (body, sender) in enumerate(told)
    ]


def test_an_item_is_gone_when_all_have_said_so() -> None:
    """Silent nodes, holders, and the number of onward recipients are reported."""
    standing = recall_of("north", "k-1", GIVEN, _talk((RECALL, "north"), (HELD, "south")))
    assert (standing.silent, standing.held, standing.gone()) == (("east",), ("south",), False)
    on = changed(GONE, reshared=3, told=2)
    standing = recall_of("north", "k-1", GIVEN, _talk((RECALL, "north"), (on, "south")))
    assert (standing.beyond, standing.untold) == (3, 1)
    told = _talk(
        (RECALL, "north"),
        (HELD, "south"),
        (GONE, "south"),
        (changed(GONE), "east"),
    )
    standing = recall_of("north", "k-1", GIVEN, told)
    assert standing.gone()
    assert not standing.unheeded


def test_only_the_source_recalls_and_only_recipients_answer() -> None:
    """A recall by another, and an outcome of a node that never had it, change nothing."""
    standing = recall_of("north", "k-1", GIVEN, _talk((RECALL, "south"), (GONE, "west")))
    assert standing.recall is None
    assert not standing.outcomes
    assert [each.said.sender for each in standing.unheeded] == ["south", "west"]


def test_what_was_destroyed_does_not_come_back() -> None:
    """A later word that it is kept is shown, and changes nothing."""
    again = changed(HELD, day=date(2026, 11, 25))
    standing = recall_of("north", "k-1", GIVEN, _talk((GONE, "south"), (again, "south")))
    assert standing.outcomes["south"].body == GONE
    assert standing.unheeded[0].why == "it was destroyed before"


@given(
    told=st.lists(
        st.tuples(
            st.sampled_from([RECALL, GONE, HELD, changed(GONE, result="not-held")]),
            st.sampled_from(["north", "south", "east", "west"]),
        ),
        max_size=10,
    ),
    order=st.randoms(use_true_random=False),
)
def test_duplicates_and_order_change_nothing(told: list[tuple[Spoken, str]], order: Random) -> None:
    """The same messages, twice and in any order, leave the same recall."""
    talk = _talk(*told)
    twice = [*talk, *talk]
    order.shuffle(twice)
    once = recall_of("north", "k-1", GIVEN, talk)
    again = recall_of("north", "k-1", GIVEN, twice)
    assert {node: each.body for node, each in once.outcomes.items()} == {
        node: each.body for node, each in again.outcomes.items()
    }
    assert (once.silent, once.held, once.gone()) == (again.silent, again.held, again.gone())
    assert once.unheeded == again.unheeded


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"item": ""}, "item"),
        ({"digest": "0f"}, "digest"),
        ({"reason": "court"}, "basis"),
        ({"reason": "other"}, "note"),
    ],
)
def test_problems_of_a_recall(more: dict[str, object], at: str) -> None:
    """One thing that is wrong gives one problem."""
    assert check_recall(RECALL) == ()
    assert [each.at for each in check_recall(changed(RECALL, **more))] == [at]


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"item": "m-8"}, "recall"),
        ({"day": date(2027, 1, 1)}, "day"),
        ({"result": "kept-under-legal-hold"}, "basis"),
        ({"until": date(2027, 1, 1)}, "until"),
        ({"told": 1}, "told"),
    ],
)
def test_problems_of_an_outcome(more: dict[str, object], at: str) -> None:
    """It is of this item, a hold has its basis, and no more were asked than had it."""
    assert check_outcome(GONE, RECALL, TODAY) == ()
    assert check_outcome(HELD, RECALL, TODAY) == ()
    assert [each.at for each in check_outcome(changed(GONE, **more), RECALL, TODAY)] == [at]
