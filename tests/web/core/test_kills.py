"""A server that is killed in the middle of decisions: what it answered stands, once."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import func, select
from tests.support.ports import free_port
from tests.web.conftest import fill_database

from tidewaiter.accounts.secrets import form_token
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import tables
from tidewaiter.web.core.node import Node, Serving
from tidewaiter.web.core.security import COOKIE

PEOPLE = 4
DECISIONS = 12  # answered before the server is killed


class Server:
    """`tidewaiter serve`, as started in production, in a separate process group."""

    def __init__(self, db: str) -> None:
        self._db = db
        self.address = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        port = self.address.rpartition(":")[2]
        command = [sys.executable, "-m", "tidewaiter", "serve", "--db", self._db, "--port", port]
        self._process = subprocess.Popen(
            [*command, "--no-sample"], stderr=subprocess.DEVNULL, start_new_session=True
        )
        for _ in range(600):
            try:
                httpx.get(f"{self.address}/health").raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return
        pytest.fail("the server does not answer")

    def kill(self) -> None:
        """Kill every process of it at once, as a power cut does."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@pytest.fixture
def server(url: str) -> Iterator[Server]:
    """Serve a database of each kind that holds the sample manifest."""
    fill_database(url)
    made = Server(url)
    yield made
    made.kill()


def _decide(address: str, secret: str, names: list[str], answered: "Counter[str]") -> None:
    headers = {"cookie": f"{COOKIE}={secret}"}
    with httpx.Client(base_url=address, headers=headers, timeout=10) as http:
        for name in names:
            body = {"verdict": "hold", "reason": "inspect", "seen": 0}
            token = {"x-csrf-token": form_token(secret)}
            try:
                answer = http.post(f"/alerts/{name}/decision", json=body, headers=token)
            except httpx.HTTPError:
                return
            if answer.is_success:
                answered[name] += 1


def test_no_answered_decision_is_lost_or_doubled(server: Server, url: str) -> None:
    """Before the kill, after it, and when the same decision is sent again."""
    node = Node(Serving(db=url))
    with node.change(None) as work:
        new = [NewAccount(name=f"p{n}", role="analyst") for n in range(PEOPLE)]
        secrets = [begin_session(work, add_account(work, each), "") for each in new]
        names = list(work.connection.execute(select(tables.alert.c.id)).scalars())
    answered: Counter[str] = Counter()
    server.start()
    threads = [
        threading.Thread(target=_decide, args=(server.address, secret, names[n::PEOPLE], answered))
        for n, secret in enumerate(secrets)
    ]
    for each in threads:
        each.start()
    while sum(answered.values()) < DECISIONS:
        time.sleep(0.01)
    server.kill()
    for each in threads:
        each.join()
    done = Counter(answered)
    assert DECISIONS <= sum(done.values()) < len(names)
    server.start()
    for n, secret in enumerate(secrets):  # unanswered requests are sent again
        _decide(server.address, secret, names[n::PEOPLE], answered)
    d = tables.decision.c
    with node.read() as work:
        counted = select(d.alert, func.count()).group_by(d.alert)
        steps = {name: count for name, count in work.connection.execute(counted)}  # noqa: C416
        assert verify_audit(work).broken is None
    node.close()
    assert steps == dict.fromkeys(names, 1)
    assert all(steps[name] == 1 for name in done)
