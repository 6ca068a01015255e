"""A container shared with goods of others, by a sender that shared none before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.trade.history.conftest import DAY, Row, deal

Told = Callable[..., dict[str, str]]
WEEK = timedelta(days=7)
BOX = "MTDU0000010"


def box(number: int) -> list[str]:
    """Name a container; another rule checks its check digit."""
    return [f"MTDU{number:07d}"]


def drums(sender: str = "Alpha", **more: Any) -> Row:
    """Make a line of a watched chemical in the container that is asked about."""
    said = {"goods": "acetic anhydride", "hs": "291524", "containers": [BOX], **more}
    return deal(sender, "Beta", **said)


def earlier(count: int, *, shared: int = 0) -> list[Row]:
    """Make earlier loads of the sender, some of them with shirts of another."""
    days = [DAY - WEEK * (place + 2) for place in range(count)]
    rows = [drums(day=day, containers=box(place)) for place, day in enumerate(days)]
    return rows + [
        deal("Shirts", "Shop", day=day, containers=box(place))
        for place, day in enumerate(days[:shared])
    ]


BESIDE = deal("Shirts", "Shop", day=DAY, containers=[" mtdu 000001-0 "])


def test_a_sender_that_fills_its_own_containers_shares_one(told: Told) -> None:
    """It is reported with the other sender and its chapters, for any spelling of the number."""
    said = told(drums(), before=[*earlier(5), BESIDE])
    assert said["co-loaded"] == (
        "Container MTDU0000010 also holds goods of Shirts (HS chapter 61); the exporter Alpha "
        "shared a container in 0 of 5 earlier loads"
    )


@pytest.mark.parametrize(
    "before",
    [
        [*earlier(4), BESIDE],
        [*earlier(6, shared=1), BESIDE],
        [*earlier(6)],
        [*earlier(6), deal("ALPHA", "Shop", containers=[BOX])],
        [*earlier(6), deal("Shirts", "Shop", containers=[BOX], hs="290220")],
        [*earlier(6), deal("Shirts", "Shop", containers=[BOX], hs=None)],
        [*earlier(6), deal("Shirts", "Shop", containers=[BOX], day=DAY - 2 * WEEK)],
        [*earlier(6), deal("Shirts", "Shop", containers=["LCL"])],
    ],
    ids=[
        "few loads",
        "it shares",
        "alone",
        "its own",
        "of its kind",
        "of no kind",
        "another journey",
        "no box",
    ],
)
def test_what_is_usual_or_not_known_is_not_told(told: Told, before: list[Row]) -> None:
    """Few earlier loads, a sender that shares, or goods that belong together say nothing."""
    assert "co-loaded" not in told(drums(), before=before)


def test_the_order_of_lines_changes_nothing(told: Told) -> None:
    """The other line may be in the same file or an earlier one, in any order."""
    before = [*earlier(5), BESIDE]
    assert told(drums(), before=before[::-1]) == told(drums(), before=before)
