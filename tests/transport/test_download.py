"""Downloads from a server of our own that cuts, lies, is slow, or has moved."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import FetchError, OutputError
from tidewaiter.transport.download import Limits, Validators, fetch, open_url

CONTENT = bytes(range(256)) * 2_000
QUICK = Limits(timeout=1, pause=0.01)


class Server:
    """A server that answers as the test wants, and remembers what it was asked."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.etag = '"v1"'
        self.status = 200
        self.cuts: list[int] = []  # bytes after which the next answers are cut
        self.said: int | None = None  # the length that it says; None: the right one
        self.ranges = True
        self.chunked = False
        self.delay = 0.0  # seconds before the body
        self.location = ""
        self.asked: list[dict[str, str]] = []
        self.address = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.asked.append(dict(request.headers))
        if self.location:
            request.send_response(302)
            request.send_header("Location", self.location)
            request.end_headers()
            return
        if self.status != 200:
            request.send_error(self.status)
            return
        if request.headers.get("If-None-Match") == self.etag:
            request.send_response(304)
            request.end_headers()
            return
        self._body(request)

    def _body(self, request: BaseHTTPRequestHandler) -> None:
        start = self._start(request)
        body = self.content[start:]
        request.send_response(206 if start else 200)
        if start:
            total = len(self.content)
            request.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        request.send_header("ETag", self.etag)
        if not self.chunked:
            request.send_header("Content-Length", str(self.said or len(body)))
        request.end_headers()
        time.sleep(self.delay)
        cut = self.cuts.pop(0) if self.cuts else len(body)
        request.wfile.write(body[:cut])
        request.wfile.flush()
        request.close_connection = True

    def _start(self, request: BaseHTTPRequestHandler) -> int:
        asked = request.headers.get("Range", "")
        same = request.headers.get("If-Range") == self.etag
        return int(asked[6:-1]) if asked and same and self.ranges else 0


@pytest.fixture
def server() -> Iterator[Server]:
    """Run a server on this machine."""
    held = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            held.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.address = f"http://127.0.0.1:{running.server_port}/lists/sdn.csv"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield held
    running.shutdown()
    running.server_close()
    thread.join()


Get = Callable[..., bytes | None]


@pytest.fixture
def get(server: Server, tmp_path: Path) -> Get:
    """Fetch the file; None: there is no newer one."""

    def run(known: Validators | None = None, limits: Limits = QUICK) -> bytes | None:
        found = fetch(server.address, tmp_path, known=known, limits=limits)
        return found.path.read_bytes() if found else None

    return run


def test_a_file_is_fetched_with_what_the_server_says_of_it(server: Server, tmp_path: Path) -> None:
    """Its bytes, its name as the address ends, and its mark for the next time."""
    found = fetch(server.address, tmp_path, limits=QUICK)
    assert found is not None
    assert found.path.read_bytes() == CONTENT
    assert (found.name, found.size) == ("sdn.csv", len(CONTENT))
    assert found.validators.etag == '"v1"'
    assert "tidewaiter" in server.asked[0]["User-Agent"]


def test_a_file_that_has_not_changed_is_not_fetched(server: Server, get: Get) -> None:
    """The mark of last time is sent; 304 means that nothing is newer."""
    assert get(Validators(etag='"v1"')) is None
    assert get(Validators(etag='"v0"')) == CONTENT
    assert server.asked[0]["If-None-Match"] == '"v1"'


def test_a_cut_download_goes_on_where_it_was(server: Server, get: Get) -> None:
    """Each retry requests only the remainder."""
    server.cuts = [100_000, 50_000]
    assert get() == CONTENT
    assert [each.get("Range") for each in server.asked] == [None, "bytes=100000-", "bytes=150000-"]


def test_a_download_goes_on_in_the_next_call(server: Server, get: Get) -> None:
    """A download that stays cut is an error; the same call again requests the remainder."""
    server.cuts = [100_000] + [0] * 5
    with raises("transport/download-cut", FetchError, tries=4, held=100000) as caught:
        get()
    assert "resumes" in caught.value.hint
    server.cuts = []
    assert get() == CONTENT
    assert server.asked[-1]["Range"] == "bytes=100000-"


def test_a_file_that_changed_in_the_meantime_begins_anew(server: Server, get: Get) -> None:
    """The old part and the new remainder are never combined."""
    server.cuts = [100_000] + [0] * 5
    with pytest.raises(FetchError):
        get()
    server.cuts, server.content, server.etag = [], CONTENT[::-1], '"v2"'
    assert get() == CONTENT[::-1]


def test_a_server_without_ranges_sends_all_again(server: Server, get: Get) -> None:
    """It is not taken for the remainder."""
    server.ranges = False
    server.cuts = [100_000]
    assert get() == CONTENT


def test_a_file_shorter_than_the_server_says_is_no_file(server: Server, get: Get) -> None:
    """Its length is checked, and the incomplete file is not delivered."""
    server.said = len(CONTENT) + 10
    server.ranges = False
    with raises("transport/download-cut", FetchError):
        get()


def test_a_server_that_fails_or_moved_is_a_clear_error(server: Server, get: Get) -> None:
    """404 and 503 say what to do: look for the list, or try later."""
    server.status = 404
    with raises("transport/server-answers-otherwise", FetchError, status=404) as caught:
        get()
    assert "moved" in caught.value.hint
    server.status = 503
    with raises("transport/server-answers-otherwise", FetchError, status=503) as caught:
        get()
    assert "later" in caught.value.hint
    assert len(server.asked) == 2


def test_a_slow_server_is_given_up(server: Server, get: Get) -> None:
    """A connection without a byte ends after the timeout; nothing waits for ever."""
    server.delay = 1.5
    with pytest.raises(FetchError):
        get(limits=Limits(timeout=0.2, tries=2, pause=0))
    assert len(server.asked) == 2  # each would have had its answer after a second and a half
    server.delay = 0.05
    assert get(limits=Limits(timeout=5)) == CONTENT


def test_no_network_is_a_clear_error(tmp_path: Path) -> None:
    """Simulated by a port without a listener."""
    with raises("transport/cannot-be-reached", FetchError):
        fetch("http://127.0.0.1:9/list.csv", tmp_path, limits=QUICK)


def test_a_file_beyond_the_bound_is_refused(server: Server, get: Get, tmp_path: Path) -> None:
    """By the length that the server says, or by what comes when it says none."""
    small = Limits(timeout=1, size=10_000, pause=0)
    with raises("transport/download-too-large", FetchError):
        get(limits=small)
    server.chunked = True
    with raises("transport/download-too-large", FetchError):
        get(limits=small)
    assert not list(tmp_path.glob("*.part"))


def test_a_server_without_a_length_is_borne(server: Server, get: Get) -> None:
    """Then the end of the connection is the end; the list reader checks the content."""
    server.chunked = True
    assert get() == CONTENT


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://example.org/x", "/etc/passwd", "data:,x", "https:///x"]
)
def test_only_the_web_is_fetched(address: str, tmp_path: Path) -> None:
    """Another scheme is not valid for a list."""
    with raises("transport/not-a-web-address", FetchError):
        fetch(address, tmp_path)


def test_a_redirect_does_not_leave_the_web(server: Server, get: Get) -> None:
    """A server cannot make us read a file of this machine."""
    server.location = "file:///etc/passwd"
    with pytest.raises(FetchError):
        get()


@pytest.mark.parametrize(
    ("leads", "requests"),
    [("http://example.org/x", 1), ("ftp://example.org/x", 1), ("https://example.org/x", 10)],
)
def test_redirects_never_leave_https_and_come_to_an_end(leads: str, requests: int) -> None:
    """One to http or to another kind of address is refused at once, a ring after ten."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(302, headers={"Location": leads})

    start = httpx.URL("https://example.org/x")
    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http,
        pytest.raises(FetchError),
        open_url(http, start, {}),
    ):
        pass
    assert seen == [str(start)] * requests


def test_a_proxy_that_cannot_be_used_is_an_error_of_the_user(
    server: Server, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of another kind is named; nothing goes around it."""
    monkeypatch.setenv("HTTP_PROXY", "gopher://127.0.0.1:9")
    with raises("transport/proxy-unusable", FetchError):
        get()
    assert not server.asked


def test_a_mark_beyond_ascii_is_sent_back_as_it_came(server: Server, get: Get) -> None:
    """A server may write an entity tag in UTF-8."""
    server.etag = '"é"'.encode().decode("latin-1")  # as the server of this test writes it
    server.cuts = [100_000]
    assert get() == CONTENT
    assert [each.get("If-Range") for each in server.asked] == [None, server.etag]


def test_two_processes_do_not_write_one_file(server: Server, tmp_path: Path) -> None:
    """The second reports that another is downloading."""
    server.delay = 0.5
    results: list[object] = []

    def run() -> None:
        try:
            results.append(fetch(server.address, tmp_path, limits=QUICK))
        except OutputError as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors = [each for each in results if isinstance(each, OutputError)]
    assert len(errors) == 1
    assert errors[0].code == "base/another-is-at-work"


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.integers(0, len(CONTENT) + 5), max_size=3))
def test_wherever_it_is_cut_the_file_is_whole(
    server: Server, tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    """Three cuts at any bytes, and the fourth try ends it."""
    server.cuts = list(cuts)
    found = fetch(server.address, tmp_path_factory.mktemp("in"), limits=Limits(timeout=2, pause=0))
    assert found is not None
    assert found.path.read_bytes() == CONTENT
