"""Webhooks: the page that manages them, and the thread that sends them new alerts."""

from datetime import datetime
from typing import Annotated

import httpx
import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.accounts.secrets import signature
from tidewaiter.base.background import Repeated
from tidewaiter.base.errors import InputError, PluginError
from tidewaiter.base.phrases import english
from tidewaiter.base.records import Record
from tidewaiter.casework.notifications import AlertTold, Message, send_by_channel
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.alerts.webhooks import (
    Delivery,
    NewWebhook,
    Tried,
    Webhook,
    add_webhook,
    deliveries,
    due_delivery,
    is_due,
    note_delivery,
    switch_webhook,
    try_again,
    webhooks,
)
from tidewaiter.trade.types import Severity
from tidewaiter.web.core.node import Node, Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may


class WebhookRow(Record, frozen=True, kw_only=True):
    """A webhook, and its latest messages."""

    webhook: Webhook
    latest: tuple[Tried, ...]


class WebhooksPage(Record, frozen=True, kw_only=True):
    """All webhooks."""

    rows: tuple[WebhookRow, ...]


class MakeWebhook(Record, frozen=True, kw_only=True):
    """A webhook to be made."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    url: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    severities: tuple[Severity, ...] = ()
    cleared: bool = False


class MadeWebhook(Record, frozen=True, kw_only=True):
    """A webhook, and its secret, which is shown once."""

    webhook: Webhook
    secret: str


class Switch(Record, frozen=True, kw_only=True):
    """On or off."""

    active: bool = False


@get("/webhooks", guards=[may("administer")], sync_to_thread=True)
def webhooks_page(request: Asked, node: TheNode) -> Response[WebhooksPage]:
    """Show who is told of new alerts, and what came of it."""
    return reply(request, "webhooks.html", _page(node))


@post("/webhooks", guards=[may("administer")], sync_to_thread=True, makes=True)
def make_webhook(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[MakeWebhook]
) -> Response[MadeWebhook]:
    """Tell an address of new alerts from now on."""
    if not data.severities:
        raise InputError("web/no-severity-chosen")
    if data.cleared and not user.account.cleared:
        raise InputError("web/not-cleared")
    new = NewWebhook(name=data.name, url=data.url, severities=data.severities, cleared=data.cleared)
    with node.change(user) as work:
        made, secret = add_webhook(work, new)
    page = MadeWebhook(webhook=made, secret=secret)
    return reply(request, "webhook-made.html", page, status=201)


@post("/webhooks/{number:int}/switch", guards=[may("administer")], sync_to_thread=True)
def switch(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Switch]
) -> Response[WebhooksPage]:
    """Switch a webhook on or off."""
    with node.change(user) as work:
        switch_webhook(work, number, active=data.active)
    return done(request, _page(node), "/webhooks")


@post("/webhooks/{number:int}/again", guards=[may("administer")], sync_to_thread=True)
def again(request: Asked, node: TheNode, user: TheUser, number: Number) -> Response[WebhooksPage]:
    """Try the messages again that were given up."""
    with node.change(user) as work:
        try_again(work, number)
    return done(request, _page(node), "/webhooks")


def _page(node: Node) -> WebhooksPage:
    with node.read() as work:
        rows = tuple(
            WebhookRow(webhook=each, latest=tuple(deliveries(work, each.id, rows=5)))
            for each in webhooks(work)
        )
    return WebhooksPage(rows=rows)


_PAUSE = 2.0  # seconds between two looks
_SECONDS = 10.0  # for an answer


class Sender:
    """Tells webhooks of new alerts, from start to stop."""

    def __init__(self, node: Node, http: httpx.Client | None = None) -> None:
        self._node = node
        self._http = http or httpx.Client(timeout=_SECONDS, follow_redirects=False)
        self._task = Repeated("webhooks", self.send_due, _PAUSE)

    def start(self) -> None:
        """Begin."""
        self._task.start()

    def stop(self) -> None:
        """End after the message that is being sent."""
        self._task.close(_SECONDS + _PAUSE)
        self._http.close()

    def send_due(self) -> int:
        """Send every message that is due; return how many were tried."""
        tried = 0
        while not self._task.leaving.is_set():
            now = self._node.now()
            with self._node.read() as work:
                due = is_due(work, now)
            if not due:
                return tried
            with self._node.change(None) as work:
                taken = due_delivery(work, now)
            if taken is None:  # another server was faster
                continue
            tried += 1
            told, answer = self._send(taken, now)
            with self._node.change(None) as work:
                note_delivery(work, taken, self._node.now(), told=told, answer=answer)
        return tried

    def _send(self, due: Delivery, now: datetime) -> tuple[bool, str]:
        told, message = self._message(due, now), f"msg_{due.id}"
        try:
            if send_by_channel(due.url, told, message):
                return True, "sent"
        except PluginError as error:
            return False, error.message
        body = msgspec.json.encode(told)
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(due.secret, message, now, body),
        }
        try:
            with self._http.stream("POST", due.url, content=body, headers=headers) as answer:
                return answer.is_success, f"answered {answer.status_code}"
        except httpx.HTTPError as error:
            return False, f"no answer: {type(error).__name__}"

    def _message(self, due: Delivery, now: datetime) -> Message:
        with self._node.read() as work:
            found = alerts_of(work, due.alerts)
        told = tuple(
            AlertTold(
                id=each.id,
                severity=each.severity,
                title=english(each.title),
                consignment=each.consignment,
                due=each.due.isoformat() if each.due else None,
                link=self._node.address(f"/alerts/{each.id}"),
            )
            for each in found
        )
        return Message(type="alerts.new", timestamp=now.isoformat(), alerts=told)


HANDLERS = [webhooks_page, make_webhook, switch, again]
