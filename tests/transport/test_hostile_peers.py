"""A hostile peer costs little: the node stays small, and the honest are still answered."""

import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from tests.support.peers import Party, found_party
from tests.support.raising import raises
from tests.transport.hostile import WAYS

from tidewaiter.base.errors import OutputError
from tidewaiter.store.audit import audit_entries, audit_size
from tidewaiter.transport.http_client import Line
from tidewaiter.transport.sending import send_round

MORE = 150 * 1024  # KiB
FLOOR = 0.03  # seconds: below it, the noise of the machine is measured
SECONDS = 3.0
SERVE = "from tidewaiter.transport.server import *; run(Serving(db={!r}, ring={!r}, port={}))"

Served = tuple[Party, Party, int, int]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a node from a separate process; return it, a peer of it, its process and its port."""
    folder = tmp_path_factory.mktemp("hostile")
    honest, node = found_party("aland", folder), found_party("bergen", folder)
    honest.meet(node)
    node.meet(honest)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    code = SERVE.format(str(folder / "bergen.db"), str(node.ring), port)
    process = subprocess.Popen([sys.executable, "-c", code], preexec_fn=_many_files)  # noqa: PLW1509
    try:
        _wait(port)
        yield honest, node, process.pid, port
    finally:
        _stop(process)
        honest.desk.database.close()
        node.desk.database.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server; a signal that comes under attack may be lost, and is sent again."""
    for _ in range(6):
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return
    process.kill()
    process.wait()
    pytest.fail("the node does not stop")


def _many_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{port}/tw/v1/document").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the node does not answer")


def resident(pid: int) -> int:
    """Return the memory of a process and its children, in KiB."""
    place = Path(f"/proc/{pid}")
    status = (place / "status").read_text(encoding="utf-8")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    children = (place / "task" / str(pid) / "children").read_text(encoding="utf-8").split()
    return own + sum(resident(int(each)) for each in children)


def honest_p99(served: Served, seconds: float) -> float:
    """Send messages one by one for a while; return the time in which 99 of 100 are receipted."""
    honest, node, _, port = served
    line = Line(inside=["127.0.0.0/8"])
    until, took = time.monotonic() + seconds, []
    while time.monotonic() < until:
        honest.say(node, "an honest word")
        begun = time.monotonic()
        done = send_round(
            honest.desk,
            node.name,
            lambda _to, lines: line.post([f"http://127.0.0.1:{port}"], lines),
        )
        took.append(time.monotonic() - begun)
        assert done.receipts == done.sent, done
    line.close()
    return sorted(took)[int(len(took) * 0.99)]


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory by /proc")
@pytest.mark.parametrize("way", WAYS)
def test_the_honest_are_answered_and_the_node_stays_small(
    served: Served, way: str, record_property: Callable[[str, object], None]
) -> None:
    """Less than 150 MB more; and every honest word has its receipt, though it takes longer."""
    _, _, pid, port = served
    before, small = honest_p99(served, SECONDS / 2), resident(pid)
    command = [sys.executable, "-m", "tests.transport.hostile", way, str(port), str(SECONDS + 1)]
    attack = subprocess.Popen(command)
    time.sleep(1)
    try:
        during, large = honest_p99(served, SECONDS), resident(pid)
    finally:
        assert attack.wait(60) == 0
    assert large - small < MORE
    record_property("times as long", round(during / max(before, FLOOR), 1))


def test_strangers_leave_no_trace_in_the_log(served: Served) -> None:
    """Whatever they write, and whatever signs it has in it."""
    _, node, _, port = served
    with node.desk.database.work() as work:
        size = audit_size(work)
    junk = ["\x1b[2J\rfaked", "a b", "e30.e30.e30 x", "\0" * 30, "%n", "x" * 300_000]
    answers = [
        httpx.post(f"http://127.0.0.1:{port}/tw/v1/inbox", content=each.encode()) for each in junk
    ]
    assert {each.status_code for each in answers} == {200}
    assert all("faked" not in each.text for each in answers)
    with node.desk.database.work() as work:
        assert audit_entries(work, after=size) == []


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 400), (b"x\n" * 65, 400), (b"x" * (1024 * 1024 + 65), 413)],
    ids=["nothing", "too many", "too large"],
)
def test_what_is_no_request_is_refused(served: Served, content: bytes, status: int) -> None:
    """Nothing, too many lines, too many bytes."""
    answer = httpx.post(f"http://127.0.0.1:{served[3]}/tw/v1/inbox", content=content)
    assert answer.status_code == status
    assert os.fspath(served[1].ring) not in answer.text


def test_a_line_gives_up_a_peer_that_drips() -> None:
    """Heads and bodies that come letter by letter, an answer without end, and one elsewhere."""
    answers = [
        [b"HTTP/1.1 200 OK\r\n", *[b"x"] * 99],
        [b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n"] + [b"x"] * 99,
    ]
    for answer in answers:
        sent: list[bytes] = []
        with pytest.raises(OutputError):
            _answered(answer, pause=0.2, sent=sent)
        assert len(sent) < len(answer) - 20  # all of it would take 20 seconds
    with raises("transport/answer-too-long", OutputError):
        _answered([b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 65_536] * 40], pause=0)
    elsewhere = b"HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    with raises("transport/answered-otherwise", OutputError, status=307):
        _answered([elsewhere], pause=0)


def _answered(pieces: list[bytes], pause: float, sent: list[bytes] | None = None) -> None:
    """Send something to a server that answers by pieces; list those that it could send."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            asked = b""
            while not asked.endswith(b"x\n"):  # what is left unread would reset the connection
                asked += connection.recv(65_536)
            try:
                for piece in pieces:
                    connection.sendall(piece)
                    if sent is not None:
                        sent.append(piece)
                    time.sleep(pause)
            except OSError:
                pass
            connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        line = Line(inside=["127.0.0.0/8"], seconds=1.5)
        try:
            line.post([f"http://127.0.0.1:{server.getsockname()[1]}"], ["x"])
        finally:
            line.close()
            thread.join(30)
