"""The application: every address, and what all of them share."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import anyio
from anyio.to_thread import run_sync
from litestar import Litestar, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.params import FromPath
from litestar.response import Redirect

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.handing import starting, taken_over
from tidewaiter.bulk.processes import end_with_parent
from tidewaiter.store.audit import audit_size
from tidewaiter.store.sessions import User
from tidewaiter.uploads.arrivals import get_ready
from tidewaiter.uploads.sample import queue_sample
from tidewaiter.web import (
    accounts,
    alertcases,
    alerts,
    audit,
    bulkdecisions,
    burden,
    burdenchecks,
    burdenfiles,
    caseclosing,
    casefiles,
    casereports,
    cases,
    casesteps,
    coalition,
    errors,
    feeds,
    flows,
    groups,
    incidents,
    joint,
    jointfiles,
    law,
    lawbooks,
    lawchanges,
    lawcompare,
    network,
    noticeacts,
    noticechecks,
    noticedrafts,
    noticeprint,
    notices,
    oidc,
    openapi,
    overview,
    own,
    parties,
    passkeys,
    peeracts,
    peerpage,
    peers,
    private,
    proposing,
    queue,
    ranker,
    recalls,
    register,
    registeracts,
    requesting,
    requests,
    results,
    rules,
    screen,
    screenfiles,
    signing,
    static,
    substances,
    suppressions,
    taxii,
    telling,
    webhooks,
)
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode
from tidewaiter.web.lawdesk import desk_of
from tidewaiter.web.node import Node, Serving
from tidewaiter.web.security import Edge, may, outermost
from tidewaiter.web.sending import Sender
from tidewaiter.web.upkeep import keep_up


@get("/", guards=[may("see")], include_in_schema=False, sync_to_thread=False)
def start() -> Redirect:
    """Begin the day at the queue."""
    return Redirect(path="/queue", status_code=303)


@get("/health", include_in_schema=False, sync_to_thread=True)
def health(node: TheNode) -> Response[str]:
    """Say that the server and its database answer."""
    with node.read() as work:
        audit_size(work)
    return Response("ok\n", media_type="text/plain")


@get("/{rest:path}", guards=[may("see")], include_in_schema=False, sync_to_thread=False)
def nothing(rest: FromPath[str]) -> None:
    """Say that there is no such address, to whoever is signed in."""
    raise NotFoundException(f"there is nothing at {rest[:200]}")


HANDLERS = [
    start,
    nothing,
    health,
    *static.HANDLERS,
    *signing.HANDLERS,
    *oidc.HANDLERS,
    *queue.HANDLERS,
    *alerts.HANDLERS,
    *alertcases.HANDLERS,
    *cases.HANDLERS,
    *casesteps.HANDLERS,
    *caseclosing.HANDLERS,
    *casefiles.HANDLERS,
    *casereports.HANDLERS,
    *accounts.HANDLERS,
    *overview.HANDLERS,
    *results.HANDLERS,
    *rules.HANDLERS,
    *ranker.HANDLERS,
    *parties.HANDLERS,
    *network.HANDLERS,
    *notices.HANDLERS,
    *noticeacts.HANDLERS,
    *noticechecks.HANDLERS,
    *noticedrafts.HANDLERS,
    *noticeprint.HANDLERS,
    *register.HANDLERS,
    *registeracts.HANDLERS,
    *private.HANDLERS,
    *feeds.HANDLERS,
    *own.HANDLERS,
    *passkeys.HANDLERS,
    *peers.HANDLERS,
    *peerpage.HANDLERS,
    *peeracts.HANDLERS,
    *groups.HANDLERS,
    *incidents.HANDLERS,
    *telling.HANDLERS,
    *requesting.HANDLERS,
    *requests.HANDLERS,
    *joint.HANDLERS,
    *jointfiles.HANDLERS,
    *recalls.HANDLERS,
    *audit.HANDLERS,
    *bulkdecisions.HANDLERS,
    *flows.HANDLERS,
    *coalition.HANDLERS,
    *burden.HANDLERS,
    *burdenchecks.HANDLERS,
    *burdenfiles.HANDLERS,
    *suppressions.HANDLERS,
    *proposing.HANDLERS,
    *webhooks.HANDLERS,
    *taxii.HANDLERS,
    *openapi.HANDLERS,
    *screen.HANDLERS,
    *screenfiles.HANDLERS,
    *substances.HANDLERS,
    *law.HANDLERS,
    *lawbooks.HANDLERS,
    *lawchanges.HANDLERS,
    *lawcompare.HANDLERS,
]


def make_app(node: Node) -> Litestar:
    """Make the application of an installation; it closes the database when it ends."""
    app = Litestar(
        # Handlers of one path that are given one by one are wrapped twice by Litestar 2.25.
        route_handlers=[Router(path="/", route_handlers=HANDLERS)],
        request_class=Asked,
        state=State({"node": node}),
        dependencies={
            "node": Provide(_node, sync_to_thread=False),
            "user": Provide(_user, sync_to_thread=False),
        },
        middleware=[Edge],
        exception_handlers={
            TidewaiterError: errors.on_error,
            HTTPException: errors.on_http,
            Exception: errors.on_bug,
        },
        compression_config=CompressionConfig(backend="gzip", minimum_size=1_000),
        openapi_config=_described(),
        lifespan=[_living],
        logging_config=None,
    )
    app.asgi_handler = outermost(app.asgi_handler)
    return app


@asynccontextmanager
async def _living(app: Litestar) -> AsyncIterator[None]:
    node: Node = app.state.node
    sender = Sender(node)
    sender.start()
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep_up, node)
            yield
            tasks.cancel_scope.cancel()
    finally:
        await run_sync(sender.stop)
        node.close()


def _described() -> OpenAPIConfig:
    """Let Litestar describe the handlers, and show it nowhere: our own address does."""
    closed = Router("/schema", route_handlers=[], guards=[may("see")], include_in_schema=False)
    config = OpenAPIConfig(title="Tidewaiter", version="1", openapi_router=closed)
    # Without plugins it would take its own five, whose pages ask other servers.
    config.render_plugins, config.default_plugin = [], None
    return config


@starting()
def served() -> Litestar:
    """Make the application of a server, by the file that its environment names."""
    end_with_parent()  # else it would go on serving, and keep the port from the next start
    node = Node(taken_over(Serving))
    threading.Thread(target=get_ready, args=(node.desk,), daemon=True).start()
    desk_of(node)  # read before the first page, which would wait for it
    node.library()
    if node.serving.sample:  # in this process, as what it starts is no child of another one
        queue_sample(node.database, node.desk, node.today())
    return make_app(node)


def _node(request: Asked) -> Node:
    return request.app.state.node  # type: ignore[no-any-return]


def _user(request: Asked) -> User:
    return cast("User", request.scope["user"])
