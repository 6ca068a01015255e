"""Where a line goes: nowhere inside, whatever an address says and a name leads to."""

import socket
from collections.abc import Iterator

import pytest

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.transport.http_client import Line, checked_endpoint, may_reach, tls
from tidewaiter.transport.rate_limits import Gate, asker

INSIDE = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",  # noqa: S104
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.255.255.254",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "169.254.0.1",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "192.88.99.1",
    "2852039166",
    "0xa9fea9fe",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::a00:1]",
    "[2001:0:7f00:1::]",
    "[2001:db8::1]",
    "[100::1]",
    "[3fff::1]",
    "[5f00::1]",
]
"""Hosts of this machine, of its networks, and of none."""

ODD = [
    "unix:///run/docker.sock",
    "http+unix://%2Frun%2Fsock/",
    "file:///etc/passwd",
    "ftp://a.example",
    "gopher://a.example:70/_x",
    "javascript:alert(1)",
    "//a.example",
    "a.example",
    "",
    "https://",
    "http://",
    "https://user@a.example",
    "https://user:word@a.example",
    "https://@a.example",
    "https://a.example@127.0.0.1",
    "https://a.example#@b.example",
    "https://a.example?x=1",
    "https://a.example/?x",
    "https://a.example\\@b.example",
    "https://a.example:0",
    "https://a.example:65536",
    "https://a.example:-1",
    "https://a.example:x",
    "https://a.example:",
    "https://a.example:80:80",
    "https://a b.example",
    "https://a.example\n",
    "https://a\t.example",
    "https://a.example/\r\nx-odd: 1",
    "https://a.example/%0d%0a",
    "https://[::1",
    "https://::1",
    "https://[fe80::1%25eth0]",
    "https://[::1].example",
    "https://ex%61mple",
    "https://１２７.0.0.1",
    "https://①②⑦.0.0.1",
    "https://a。example",
    "https://" + "a" * 300,
    "https://a.example/../x/..;/",
    "HTTPS://a.example",
    "https:/a.example",
    "https:a.example",
]
"""Addresses that readers read differently, or that are none of a node."""


class Watched:
    """Counts connections to this machine."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self.port = int(server.getsockname()[1])

    def connections(self) -> int:
        """Return how many have come."""
        self._server.settimeout(0.02)
        count = 0
        while True:
            try:
                self._server.accept()[0].close()
            except TimeoutError:
                return count
            count += 1


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    """Listen at all addresses of this machine."""
    with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        yield Watched(server)


def attempt(line: Line, url: str) -> None:
    """Send something that must not arrive."""
    with pytest.raises(OutputError):
        line.post([url], ["x"])


def test_nothing_inside_is_reached(watched: Watched) -> None:
    """Of some sixty spellings none leads to this machine or its networks."""
    line = Line(seconds=3)
    for host in INSIDE:
        attempt(line, f"http://{host}:{watched.port}")
        attempt(line, f"https://{host}:{watched.port}/node")
    line.close()
    assert len(INSIDE) + len(ODD) >= 100
    assert watched.connections() == 0


@pytest.mark.parametrize("url", ODD)
def test_what_readers_read_differently_is_no_address(url: str) -> None:
    """No line is tried."""
    with pytest.raises(InputError):
        checked_endpoint(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "https://a.example:8478/",
        "http://192.0.2.1:80/tw/node-1",
        "https://[2001:db8::1]:8478",
        "https://xn--bcher-kva.example/",
    ],
)
def test_what_is_an_address_is_one(url: str) -> None:
    """The last slash goes."""
    assert checked_endpoint(url) == url.rstrip("/")


def test_a_name_leads_where_it_led_first(watched: Watched) -> None:
    """It is resolved once per connection, which uses that address."""
    asked: list[str] = []
    answers = [["10.0.0.1"], ["127.0.0.1"], ["::1", "127.0.0.1"], ["::ffff:127.0.0.1"], [], ["odd"]]

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers[(len(asked) - 1) % len(answers)]

    line = Line(seconds=3, resolver=resolver)
    for _ in answers:
        attempt(line, f"http://rebound.example:{watched.port}")
    line.close()
    assert asked == ["rebound.example"] * len(answers)
    assert watched.connections() == 0


def test_what_was_named_is_reached(watched: Watched) -> None:
    """A network that the operator names, and no other beside it."""
    line = Line(inside=["127.0.0.0/8"], seconds=0.3)
    attempt(line, f"http://127.0.0.1:{watched.port}")
    attempt(line, f"http://[::1]:{watched.port}")
    line.close()
    assert watched.connections() == 1


def test_no_proxy_is_asked(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the surroundings say."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{watched.port}")
    line = Line(seconds=1, resolver=lambda _host, _port: ["10.0.0.1"])
    attempt(line, "http://a.example")
    line.close()
    assert watched.connections() == 0


def test_tls_is_the_newest_and_checks_who_answers() -> None:
    """TLS 1.3 or none; a certificate that holds for the name."""
    context = tls()
    assert context.minimum_version.name == "TLSv1_3"
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"


@pytest.mark.parametrize("found", ["1.1.1.1", "9.9.9.9", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_the_world_is_reached(found: str) -> None:
    """Addresses of it are."""
    assert may_reach(found)


def test_a_gate_counts_by_address() -> None:
    """So many in a minute and not one more; who waits is let in again; others are let in."""
    gate = Gate(60)
    assert [gate.admits("192.0.2.1", 0.0) for _ in range(61)] == [True] * 60 + [False]
    assert gate.admits("192.0.2.2", 0.0)
    assert gate.admits("192.0.2.1", 1.1)
    assert not gate.admits("192.0.2.1", 1.2)
    assert [gate.admits(f"2001:db8::{n:x}", 0.0) for n in range(61)].count(False) == 1
    assert not gate.admits("::ffff:192.0.2.1", 1.2)
    for number in range(20_000):
        gate.admits(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 2.0)
    assert len(gate._left) == 10_000


def test_what_proves_nothing_is_worth_many_requests() -> None:
    """A sender of much unsigned data soon reaches its limit."""
    gate = Gate(60)
    gate.charge("192.0.2.1", 100_000, 0.0)
    assert [gate.admits("192.0.2.1", 0.0) for _ in range(13)].count(True) == 11
    gate.charge("192.0.2.1", 10**9, 0.0)
    assert not gate.admits("192.0.2.1", 0.5)
    assert gate.admits("192.0.2.1", 1.6)


def test_a_gate_holds_so_much_and_gives_it_back() -> None:
    """Of one address less than of all."""
    gate = Gate(held=10, held_of_one=6)
    with gate.holding("a") as one, gate.holding("a") as two, gate.holding("b") as other:
        assert [one(4), two(3), two(2), other(5), other(4), other(1)] == [
            True,
            False,
            True,
            False,
            True,
            False,
        ]
    with gate.holding("c") as more:
        assert more(6)
    assert gate._taken == {}


def test_who_asks_is_whom_the_terminator_saw() -> None:
    """The last address that it wrote, and only where it is one that was named."""
    behind = ("127.0.0.1/32",)
    assert asker("127.0.0.1", "203.0.113.9, 198.51.100.7", behind) == "198.51.100.7"
    assert asker("198.51.100.9", "203.0.113.9", behind) == "198.51.100.9"
    assert asker("127.0.0.1", "203.0.113.9", ()) == "127.0.0.1"
    assert asker("127.0.0.1", "", behind) == "127.0.0.1"
