"""Upload bombs: promises, endless bodies and archives full of nothing, in little memory."""

import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from tests.support.serving import wait_for

from tidewaiter.accounts.secrets import form_token
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.store.core.database import Stamp, open_database
from tidewaiter.web.core.security import COOKIE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory of a process, by /proc")

MB = 1 << 20
LIMIT = 64 * MB
_HEAD = b'--b\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n'


class Server(NamedTuple):
    """A server in a separate process, and a signed-in user."""

    address: str
    process: "subprocess.Popen[bytes]"
    cookie: str
    token: str
    spool: Path

    def memory(self) -> int:
        """Return the most memory that the processes of the server have had at once, in bytes."""
        return sum(map(_peak, _family(self.process.pid)))

    def left(self) -> list[str]:
        """List what the spool holds."""
        return [path.name for path in self.spool.iterdir()] if self.spool.is_dir() else []


def _family(pid: int) -> list[int]:
    """Return a process and those that it started."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = path.read_text(encoding="ascii").split() if path.exists() else []
    return [pid, *(each for child in children for each in _family(int(child)))]


def _peak(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0
    found = [line.split()[1] for line in told.splitlines() if line.startswith("VmHWM")]
    return int(found[0]) * 1024 if found else 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an empty installation that takes files of 64 MB."""
    place = tmp_path_factory.mktemp("bombs") / "x.db"
    stamp = Stamp(who="server", at=datetime.now(UTC))
    with open_database(place) as database, database.work(stamp) as work:
        account = add_account(work, NewAccount(name="reyes", role="analyst"))
        secret = begin_session(work, account, "a test")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tidewaiter", "serve", "--db", str(place), "--port", str(port)]
    process = subprocess.Popen([*command, "--upload-limit", str(LIMIT / (1 << 30))])
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, seconds=120)
        spool = place.with_name("x.db.uploads")
        server = Server(address, process, f"{COOKIE}={secret}", form_token(secret), spool)
        _rest(server)
        yield server
    finally:
        process.terminate()
        process.wait(60)


def _rest(server: Server) -> None:
    """Wait until the server has loaded what it reads after start, which is not a bomb's memory."""
    size, since, end = 0, time.monotonic(), time.monotonic() + 60
    while time.monotonic() < min(since + 3, end):
        if (now := server.memory()) != size:
            size, since = now, time.monotonic()
        time.sleep(0.1)


def _post(server: Server, body: "bytes | Iterator[bytes]") -> httpx.Response:
    headers = {"cookie": server.cookie, "content-type": "multipart/form-data; boundary=b"}
    where = f"{server.address}/screen/files.json?csrf={server.token}"
    return httpx.post(where, content=body, headers=headers, timeout=300)


def test_a_promise_of_ten_gigabytes_is_refused_at_once(server: Server) -> None:
    """Before a byte of it is sent."""
    there = server.left()
    host, _, port = server.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            f"POST /screen/files.json?csrf={server.token} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Cookie: {server.cookie}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            "Content-Length: 10737418240\r\n\r\n".encode()
        )
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 413")
    assert server.left() == there


def test_an_endless_file_is_cut_at_the_limit(server: Server) -> None:
    """Its beginning is removed, and memory has not grown with what was sent."""
    sent, there = 0, server.left()

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield _HEAD % b"endless.csv" + b"goods,quantity\n"
        while sent < 20 * LIMIT:
            yield b"acetic anhydride,1\n" * 50_000
            sent += 950_000

    before = server.memory()
    with suppress(httpx.TransportError):  # it hung up while we were still sending
        assert _post(server, endless()).status_code == 413
    assert sent < 4 * LIMIT
    assert server.memory() - before < LIMIT
    for _ in range(50):
        if server.left() == there:
            break
        time.sleep(0.1)
    assert server.left() == there


def _bomb(path: Path, size: int) -> bytes:
    """Write a workbook with shared texts that unpack to `size` bytes."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{kinds}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        made.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{kinds}"><sheets><sheet name="A" sheetId="1" '
            'r:id="r1"/></sheets></workbook>',
        )
        made.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{kinds}/worksheet" '
            f'Target="s.xml"/><Relationship Id="r2" Type="{kinds}/sharedStrings" '
            'Target="t.xml"/></Relationships>',
        )
        made.writestr(
            "xl/s.xml",
            f'<worksheet xmlns="{main}"><sheetData><row><c t="s"><v>0</v></c></row></sheetData>'
            "</worksheet>",
        )
        with made.open("xl/t.xml", "w", force_zip64=True) as texts:
            texts.write(f'<sst xmlns="{main}">'.encode())
            one = b"<si><t>" + b"goods " * 1000 + b"</t></si>"
            for _ in range(size // len(one)):
                texts.write(one)
            texts.write(b"</sst>")
    return path.read_bytes()


@pytest.mark.parametrize("size", [950 * MB, 1500 * MB], ids="unpacks to {:,} bytes".format)
def test_a_spreadsheet_that_unpacks_to_a_gigabyte_is_refused(
    size: int, server: Server, tmp_path: Path
) -> None:
    """It is in the list with the reason, and neither web nor worker held it in memory."""
    content = _bomb(tmp_path / "bomb.xlsx", size)
    assert len(content) < LIMIT
    before = server.memory()
    answer = _post(server, _HEAD % b"bomb.xlsx" + content + b"\r\n--b--\r\n")
    assert answer.status_code == 201
    (upload,) = answer.json()["uploads"]
    assert upload["state"] == "received"
    assert upload["inspection"]["problem"]
    assert server.memory() - before < 4 * LIMIT
    assert httpx.get(f"{server.address}/health").status_code == 200
