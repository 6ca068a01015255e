"""Nodes that are served by processes of their own, at addresses of this machine."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from tests.support.peers import Party, found_party

_SERVE = (
    "from tidewaiter.transport.server import *; "
    "run(Serving(db={!r}, ring={!r}, port={}, inside=('127.0.0.0/8',)))"
)
_SECONDS = 60.0  # for anything that is waited for; a busy machine takes its time


class House:
    """A node and the process by which it is served."""

    def __init__(self, party: Party, folder: Path, port: int) -> None:
        self.party = party
        self.port = port
        self._database = folder / f"{party.name.partition('/')[2]}.db"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Serve; return when it answers."""
        code = _SERVE.format(str(self._database), str(self.party.ring), self.port)
        self._process = subprocess.Popen([sys.executable, "-c", code])

        def answers() -> bool:
            try:
                return httpx.get(f"{self.address}/tw/v1/document").status_code == 200
            except httpx.HTTPError:
                return False

        until(answers)

    def close(self) -> None:
        """Serve no more."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_SECONDS)
            self._process = None


@contextmanager
def houses(folder: Path, *names: str) -> Iterator[list[House]]:
    """Found nodes that know each other, and have addresses; none is served yet.

    Args:
        folder: For their databases and keys.
        names: Of the nodes.
    """
    with ExitStack() as stack:
        free = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        ports = [int(each.getsockname()[1]) for each in free]
        for each in free:
            each.close()
        made = []
        for name, port in zip(names, ports, strict=True):
            party = found_party(name, folder, endpoints=(f"http://127.0.0.1:{port}",))
            stack.callback(party.desk.database.close)
            made.append(House(party, folder, port))
            stack.callback(made[-1].close)
        for one in made:
            for other in made:
                if one is not other:
                    one.party.meet(other.party)
        yield made


def until(done: Callable[[], bool], what: str = "") -> None:
    """Wait until something is so."""
    end = time.monotonic() + _SECONDS
    while not done():
        if time.monotonic() > end:
            pytest.fail(f"it does not come to be: {what or done.__name__}")
        time.sleep(0.05)
