"""Webhooks: signed, tried again, and none lost."""

import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.found import alerts
from tests.plugged import EXAMPLES, plug_in
from tests.web.conftest import Desk

from tidewaiter.accounts.secrets import checked_url, next_try
from tidewaiter.base.errors import InputError
from tidewaiter.base.plugins import CHANNELS
from tidewaiter.casework.notifications import Channel, Message
from tidewaiter.store.alerts.webhooks import announce, deliveries, webhooks
from tidewaiter.trade.types import Alert
from tidewaiter.web.core.node import Node
from tidewaiter.web.settings.webhooks import Sender

Answers = Callable[[httpx.Request], httpx.Response]
_NEW = {"name": "duty", "url": "https://duty.example/in", "severities": ["critical", "high"]}


def _sender(node: Node, answers: Answers) -> Sender:
    return Sender(node, httpx.Client(transport=httpx.MockTransport(answers)))


def _announce(node: Node, *, restricted: bool = False) -> list[Alert]:
    with node.read() as work:
        found = alerts(work, rows=1_000)
    told = [msgspec.structs.replace(each, restricted=restricted) for each in found]
    with node.change(None) as work:
        announce(work, told)
    return told


def test_new_alerts_are_told_and_signed(desk: Callable[..., Desk], node: Node) -> None:
    """Those of the severities that were asked for, with a signature that holds."""
    secret = desk("administrator").send("/webhooks", _NEW).json()["secret"]
    told = _announce(node)
    taken: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        taken.append(request)
        return httpx.Response(204)

    assert _sender(node, answers).send_due() == len(taken) >= 1
    ids = [
        each["id"] for request in taken for each in msgspec.json.decode(request.content)["alerts"]
    ]
    assert ids == [each.id for each in told if each.severity in _NEW["severities"]]
    for request in taken:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        head = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}."
        mac = hmac.digest(key, head.encode() + request.content, "sha256")
        assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert _sender(node, answers).send_due() == 0


def test_what_is_not_taken_is_tried_again_and_then_given_up(
    desk: Callable[..., Desk], node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits longer each time; someone can try it again later."""
    admin = desk("administrator")
    admin.send("/webhooks", _NEW)
    _announce(node)
    now = [datetime(2026, 11, 25, tzinfo=UTC) + timedelta(days=30)]
    monkeypatch.setattr(node, "now", lambda: now[0])

    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away", request=request)

    tries = 0
    for _ in range(40):
        tries += _sender(node, nobody).send_due()
        now[0] += timedelta(hours=12)
    with node.read() as work:
        (hook,) = webhooks(work)
    assert (hook.waiting, hook.given_up > 0) == (0, True)
    assert tries == hook.given_up * 9
    later = desk("administrator", "later")
    assert later.post(f"/webhooks/{hook.id}/again").status_code == 303
    assert _sender(node, lambda _: httpx.Response(200)).send_due() == hook.given_up


def test_what_is_for_the_authority_only_is_not_told(desk: Callable[..., Desk], node: Node) -> None:
    """Unless someone who is cleared says so."""
    admin, cleared = desk("administrator"), desk("administrator", "cleared", cleared=True)
    assert admin.send("/webhooks", {**_NEW, "cleared": True}).status_code == 400
    admin.send("/webhooks", _NEW)
    cleared.send("/webhooks", {**_NEW, "cleared": True})
    _announce(node, restricted=True)
    with node.read() as work:
        open_, close = webhooks(work)
    assert (open_.waiting, close.waiting > 0) == (0, True)


def test_one_that_is_off_is_told_nothing(desk: Callable[..., Desk], node: Node) -> None:
    """Neither of what is new nor of what waits."""
    admin = desk("administrator")
    number = admin.send("/webhooks", _NEW).json()["webhook"]["id"]
    _announce(node)
    admin.post(f"/webhooks/{number}/switch")
    assert _sender(node, lambda _: httpx.Response(200)).send_due() == 0
    admin.post(f"/webhooks/{number}/switch", {"active": "true"})
    assert _sender(node, lambda _: httpx.Response(200)).send_due() >= 1
    assert admin.post("/webhooks/99/switch").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://duty.example/",
        "ftp://x/",
        "https://",
        "https://u:p@h/",
        "javascript:1",
        "http://[",
        "https://h/" + "a" * 500,
    ],
)
def test_an_address_that_others_can_read_is_refused(url: str) -> None:
    """So is an invalid address."""
    with pytest.raises(InputError):
        checked_url(url)


def test_it_waits_longer_each_time() -> None:
    """And gives up after some three days."""
    now = datetime(2026, 11, 25, tzinfo=UTC)
    waits: list[timedelta] = []
    while (later := next_try(len(waits) + 1, now)) is not None:
        waits.append(later - now)
    assert waits == sorted(waits)
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=4)


def test_a_channel_of_a_plug_in_is_told_and_tried_again(
    desk: Callable[..., Desk], node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By addresses with its name as prefix; a failing one is named, and others are notified."""
    sent: list[tuple[str, str, Message]] = []

    def check(address: str) -> None:
        if address != "duty":
            raise InputError.from_words("it is not known", at=address)

    def send(address: str, message: Message, key: str) -> None:
        sent.append((address, key, message))
        if len(sent) == 1:
            raise ZeroDivisionError

    plug_in(monkeypatch, CHANNELS, {"spool": Channel(title="x", check=check, send=send)})
    admin = desk("administrator")
    assert admin.send("/webhooks", {**_NEW, "url": "spool:other"}).status_code == 400
    assert admin.send("/webhooks", {**_NEW, "url": "spol:duty"}).status_code == 400
    assert admin.send("/webhooks", {**_NEW, "url": "spool:duty"}).status_code == 201
    admin.send("/webhooks", _NEW)
    _announce(node)
    assert _sender(node, lambda _: httpx.Response(200)).send_due() >= 2
    with node.read() as work:
        channel, hook = (deliveries(work, each.id) for each in webhooks(work))
    assert {each.state for each in hook} == {"told"}
    failed = next(each for each in channel if each.state == "waiting")
    assert 'plug-in "spool" of guest 1.0 failed: ZeroDivisionError' in failed.answer
    now = node.now() + timedelta(hours=1)
    monkeypatch.setattr(node, "now", lambda: now)
    assert _sender(node, lambda _: httpx.Response(200)).send_due() == 1
    assert (sent[-1][0], sent[-1][1]) == ("duty", sent[0][1])  # the same id in each try
    assert [each.id for each in sent[-1][2].alerts] == [each.id for each in sent[0][2].alerts]


def test_the_example_channel_writes_one_file_for_each_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the folder that the server's settings name, and nowhere else."""
    monkeypatch.syspath_prepend(str(EXAMPLES / "channel" / "src"))
    monkeypatch.setenv("EXAMPLE_SPOOL", str(tmp_path))
    spool = import_module("example_spool").SPOOL
    for address in ("../out", "/tmp/out", "", "A"):  # noqa: S108 - refused
        with pytest.raises(InputError):
            spool.check(address)
    spool.check("duty-desk")
    message = Message(type="alerts.new", timestamp="2026-11-25T00:00:00+00:00", alerts=())
    for _ in range(2):
        spool.send("duty-desk", message, "msg_7")
    (file,) = (tmp_path / "duty-desk").iterdir()
    assert (file.name, msgspec.json.decode(file.read_bytes(), type=Message)) == (
        "msg_7.json",
        message,
    )
