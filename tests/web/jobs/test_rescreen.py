"""Screening again from a page: a count first, then the work, by an administrator."""

import threading
import time
from collections.abc import Callable

import pytest
from tests.web.conftest import Desk

from tidewaiter.base.files import alone
from tidewaiter.node.jobs.worker import do_next
from tidewaiter.node.rescreen.job import LOCK
from tidewaiter.node.uploads.jobs import Bench
from tidewaiter.store.uploads import Lease
from tidewaiter.web.core.node import Node
from tidewaiter.web.jobs.kinds import JOB_KINDS


@pytest.fixture
def bench(node: Node) -> Bench:
    """Do jobs in this process."""
    node.desk.spool.make()
    lease = Lease(worker="here 1 a", seconds=60)
    return Bench(desk=node.desk, database=node.database, lease=lease, leaving=threading.Event())


def test_lines_are_counted_first_and_then_screened(bench: Bench, desk: Callable[..., Desk]) -> None:
    """The count changes nothing; the work says how much of it is done, and who did it."""
    chief = desk("administrator")
    whole = chief.get("/rescreen.json").json()["lines"]
    chief.send("/rescreen", {"preview": True, "whole": True})
    do_next(bench, JOB_KINDS)
    page = chief.get("/rescreen.json").json()
    assert page["preview"]["state"] == "done"
    assert str(whole) in page["counted"][-1]["says"]
    assert page["last"] is None
    chief.send("/rescreen", {"whole": True})
    do_next(bench, JOB_KINDS)
    last = chief.get("/rescreen.json").json()["last"]
    assert (last["state"], last["done"], last["total"]) == ("done", whole, whole)


def test_it_waits_for_another_re_screening_and_can_be_cancelled_then(
    bench: Bench, desk: Callable[..., Desk]
) -> None:
    """It is no failure that one is at work already."""
    chief = desk("administrator")
    number = chief.send("/rescreen", {"whole": True}).json()["id"]
    with alone(bench.desk.spool.folder / LOCK, "another"):
        thread = threading.Thread(target=do_next, args=(bench, JOB_KINDS))
        thread.start()
        time.sleep(1.5)  # past its first report
        assert chief.get(f"/jobs/{number}.json").json()["job"]["state"] == "running"
        chief.send(f"/jobs/{number}/cancel", {})
        thread.join(30)
    told = chief.get(f"/jobs/{number}.json").json()
    assert told["job"]["state"] == "cancelled"
    assert [each["says"] for each in told["log"]] != []


@pytest.mark.parametrize(("role", "sees"), [("viewer", 403), ("analyst", 403), ("supervisor", 200)])
def test_who_sees_jobs_and_who_starts_them(
    bench: Bench, desk: Callable[..., Desk], role: str, sees: int
) -> None:
    """Supervisors look; administrators start."""
    del bench
    who = desk(role)
    assert who.get("/jobs").status_code == sees
    assert who.get("/rescreen").status_code == sees
    assert who.send("/rescreen", {"whole": True}).status_code == 403
    number = desk("administrator").send("/rescreen", {"whole": True}).json()["id"]
    assert who.send(f"/jobs/{number}/cancel", {}).status_code == 403
    assert who.send(f"/jobs/{number}/again", {}).status_code == 403
