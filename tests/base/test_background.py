"""A task in the background goes on whatever happens, and ends when it is closed."""

import logging
import threading
from collections.abc import Callable, Iterator

import pytest

from tidewaiter.base.background import Repeated
from tidewaiter.base.errors import StoreError

LONG = 30.0  # seconds; no test waits for so long


def _one_after_the_other(*errors: Exception | None) -> tuple[Callable[[], None], threading.Event]:
    """Return an action that raises these errors in turn, and what is set after the last."""
    left: Iterator[Exception | None] = iter(errors)
    over = threading.Event()

    def act() -> None:
        try:
            error = next(left)
        except StopIteration:
            over.set()
            return
        if error is not None:
            raise error

    return act, over


def test_it_repeats_until_it_is_closed() -> None:
    """The first run begins at once; after the end there is none."""
    act, over = _one_after_the_other(None, None)
    with Repeated("test", act, 0) as task:
        assert over.wait(LONG)
    over.clear()
    assert task.leaving.is_set()
    assert not over.wait(0.02)


def test_no_error_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    """A busy database is a warning, a fault of ours an error with its trace; both are retried."""
    act, over = _one_after_the_other(StoreError.from_words("locked"), KeyError("ours"))
    with caplog.at_level(logging.WARNING), Repeated("test", act, 0):
        assert over.wait(LONG)
    found = [(each.levelname, each.exc_info is not None) for each in caplog.records]
    assert found == [("WARNING", False), ("ERROR", True)]


def test_closing_ends_a_pause_and_waits_for_a_run() -> None:
    """A pause is cut short; a run under way is done when `close` returns."""
    begun, done = threading.Event(), threading.Event()

    def act() -> None:
        begun.set()
        assert task.leaving.wait(LONG)
        done.set()

    task = Repeated("test", act, LONG)
    with task:
        assert begun.wait(LONG)
    assert done.is_set()


def test_a_task_that_is_closed_before_its_first_run_does_nothing() -> None:
    """The first run comes after the delay, which closing cuts short."""
    ran = threading.Event()
    with Repeated("test", ran.set, 0, delay=LONG):
        pass
    assert not ran.is_set()


def test_it_waits_no_longer_than_it_is_patient() -> None:
    """A run that does not end does not keep the server from ending."""
    begun, go_on = threading.Event(), threading.Event()

    def act() -> None:
        begun.set()
        go_on.wait(LONG)

    task = Repeated("test", act, 0)
    task.start()
    assert begun.wait(LONG)
    task.close(0)
    assert not go_on.is_set()
    go_on.set()
