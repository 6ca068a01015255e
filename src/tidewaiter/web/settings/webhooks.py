"""Webhooks, as whoever keeps the settings sees them."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Severity
from tidewaiter.report.languages import words
from tidewaiter.store.webhooks import (
    NewWebhook,
    Tried,
    Webhook,
    add_webhook,
    deliveries,
    switch_webhook,
    try_again,
    webhooks,
)
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import Number, TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may


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
        raise InputError(words("choose of which alerts it is to be told"))
    if data.cleared and not user.account.cleared:
        raise InputError(words("only who is cleared lets others see what is for the authority"))
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


HANDLERS = [webhooks_page, make_webhook, switch, again]
