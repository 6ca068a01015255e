"""The benchmark of the whole path: the stages it times are there."""

import time
from importlib import import_module
from operator import attrgetter

import pytest
from benchmarks.whole_path import STAGES, Clock

PLACES = [place for places in STAGES.values() for place in places]


@pytest.mark.parametrize("place", PLACES)
def test_each_timed_function_is_there(place: str) -> None:
    """A function that was renamed or moved would be timed as "the rest"."""
    module, _, name = place.partition(":")
    assert callable(attrgetter(name)(import_module(f"tidewaiter.{module}")))


def test_a_stage_excludes_the_stages_inside_it() -> None:
    """The seconds of an inner stage are not counted for the outer one."""

    def work() -> None:
        ends = time.process_time() + 0.05
        while time.process_time() < ends:
            pass

    clock = Clock()
    clock.timed("outer", clock.timed("inner", work))()
    assert clock.seconds["inner"] >= 0.05
    assert clock.seconds["outer"] < 0.05
