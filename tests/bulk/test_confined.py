"""A function in a sandbox process: its result, and its limits."""

from collections.abc import Callable

import pytest
from tests.support import confining
from tests.support.raising import raises

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.bulk.sandbox import Limits, confined

ROOM = Limits(seconds=60, megabytes=512)


def test_what_it_returns_comes_back() -> None:
    """It answers as it would here."""
    assert confined(confining.double, 21, limits=ROOM) == 42


def test_an_error_for_the_user_comes_back_whole() -> None:
    """What is wrong, where, and what would do."""
    with pytest.raises(TidewaiterError) as caught:
        confined(confining.refuse, "x", limits=ROOM)
    assert str(caught.value) == 'here: "x" is refused\nhint: write another'


@pytest.mark.parametrize(
    ("harm", "arguments", "told"),
    [
        (confining.sleep, (600,), "bulk/reading-took-too-long"),
        (confining.take, (4096,), "bulk/reading-takes-too-much-memory"),
        (confining.crash, (), "bulk/reading-process-died"),
    ],
)
def test_harm_stays_in_its_process(
    harm: Callable[..., object], arguments: tuple[object, ...], told: str
) -> None:
    """Too long, too much and a crash are refused, and the caller goes on."""
    limits = Limits(seconds=1 if harm is confining.sleep else 60, megabytes=512)
    with raises(told):
        confined(harm, *arguments, limits=limits)
    assert confined(confining.double, 2, limits=ROOM) == 4
