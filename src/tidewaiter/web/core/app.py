"""Application: routes, middleware, and background tasks."""

import logging
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import cast

from anyio.to_thread import run_sync
from litestar import Litestar, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.params import FromPath
from litestar.response import Redirect

from tidewaiter.base.background import Repeated
from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.phrases import Phrase, english
from tidewaiter.base.processes import received_record, starting
from tidewaiter.bulk.processes import end_with_parent
from tidewaiter.node.context import end_overdue
from tidewaiter.node.jobs.worker import job_crew
from tidewaiter.node.uploads.arrivals import queue_sample
from tidewaiter.node.uploads.workers import crew
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.audit import audit_size
from tidewaiter.web.accounts import handlers as accounts
from tidewaiter.web.accounts import own_account as accounts_own_account
from tidewaiter.web.accounts import sign_in as accounts_sign_in
from tidewaiter.web.alerts import bulk_decisions as alerts_bulk_decisions
from tidewaiter.web.alerts import handlers as alerts
from tidewaiter.web.alerts import queue as alerts_queue
from tidewaiter.web.audit import handlers as audit
from tidewaiter.web.burden import claims as burden_claims
from tidewaiter.web.burden import handlers as burden
from tidewaiter.web.cases import documents as cases_documents
from tidewaiter.web.cases import handlers as cases
from tidewaiter.web.cases import joint as cases_joint
from tidewaiter.web.cases import steps as cases_steps
from tidewaiter.web.coalition import handlers as coalition
from tidewaiter.web.core import errors
from tidewaiter.web.core import openapi as core_openapi
from tidewaiter.web.core import responses as core_responses
from tidewaiter.web.core.node import Node, Serving, TheNode
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.security import Edge, may, outermost
from tidewaiter.web.feeds import handlers as feeds
from tidewaiter.web.groups import handlers as groups
from tidewaiter.web.incidents import handlers as incidents
from tidewaiter.web.jobs import handlers as jobs
from tidewaiter.web.jobs import rescreen as jobs_rescreen
from tidewaiter.web.jobs.kinds import JOB_KINDS
from tidewaiter.web.law import handlers as law
from tidewaiter.web.law import registry as law_registry
from tidewaiter.web.law.desk import desk_of
from tidewaiter.web.lists import archive as lists_archive
from tidewaiter.web.lists import handlers as lists
from tidewaiter.web.matching import handlers as matching
from tidewaiter.web.matching import reconcile as matching_reconcile
from tidewaiter.web.network import handlers as network
from tidewaiter.web.notices import drafts as notices_drafts
from tidewaiter.web.notices import handlers as notices
from tidewaiter.web.parties import handlers as parties
from tidewaiter.web.peers import handlers as peers
from tidewaiter.web.private import handlers as private
from tidewaiter.web.ranking import handlers as ranking
from tidewaiter.web.recalls import handlers as recalls
from tidewaiter.web.register import handlers as register
from tidewaiter.web.requests import form as requests_form
from tidewaiter.web.requests import handlers as requests
from tidewaiter.web.rules import handlers as rules
from tidewaiter.web.settings import plugins as settings_plugins
from tidewaiter.web.settings import webhooks as settings_webhooks
from tidewaiter.web.settings.webhooks import Sender
from tidewaiter.web.suppression import handlers as suppression
from tidewaiter.web.trade import flows as trade_flows
from tidewaiter.web.uploads import handlers as uploads

_BETWEEN = 900  # seconds
_LOG = logging.getLogger("tidewaiter.web")


def end_expired_rules(node: Node) -> None:
    """End expired suppression rules."""
    for each in end_overdue(node.database):
        number = each.suppression.number
        _LOG.info("suppression rule %s has expired: %s alerts open", number, each.alerts)


@get("/", guards=[may("see")], include_in_schema=False, sync_to_thread=False)
def start() -> Redirect:
    """Redirect to the queue."""
    return Redirect(path="/queue", status_code=303)


@get("/health", include_in_schema=False, sync_to_thread=True)
def health(node: TheNode) -> Response[str]:
    """Report that server and database respond."""
    with node.read() as work:
        audit_size(work)
    return Response("ok\n", media_type="text/plain")


@get("/{rest:path}", guards=[may("see")], include_in_schema=False, sync_to_thread=False)
def nothing(rest: FromPath[str]) -> None:
    """Respond with 404, to signed-in users."""
    raise NotFoundException(f"there is nothing at {rest[:200]}")


def make_app(node: Node, *, screening: bool = False) -> Litestar:
    """Create the application; it closes the database at shutdown.

    Args:
        node: The installation.
        screening: Whether uploads are screened, in processes of this one.
    """
    app = Litestar(
        # Litestar 2.25 wraps handlers of one path twice if they are registered separately.
        route_handlers=[Router(path="/", route_handlers=HANDLERS)],
        request_class=Asked,
        type_encoders={Phrase: english},
        state=State({"node": node, "screening": screening}),
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
    expiry = Repeated("expiry of suppression rules", lambda: end_expired_rules(node), _BETWEEN)
    working = ExitStack()
    if app.state.screening:
        working.enter_context(crew(node.database, node.desk))
        working.enter_context(job_crew(node.database, node.desk, JOB_KINDS))
    sender.start()
    expiry.start()
    try:
        yield
    finally:
        await run_sync(working.close)
        await run_sync(sender.stop)
        await run_sync(expiry.close)
        node.close()


def _described() -> OpenAPIConfig:
    """Let Litestar generate the description without serving it: our own handler does."""
    closed = Router("/schema", route_handlers=[], guards=[may("see")], include_in_schema=False)
    config = OpenAPIConfig(title="Tidewaiter", version="1", openapi_router=closed)
    # Without plugins it would use its five defaults, which load pages from other servers.
    config.render_plugins, config.default_plugin = [], None
    return config


@starting()
def served() -> Litestar:
    """Create the application in a server process, from the file named by its environment."""
    end_with_parent()  # otherwise it would keep the port occupied
    node = Node(received_record(Serving))
    desk_of(node)  # preloaded for the first page
    node.library()
    if node.serving.sample:  # in this process, so that its children have no other parent
        queue_sample(node.database, node.desk, node.today())
    return make_app(node, screening=True)


def _node(request: Asked) -> Node:
    return request.app.state.node  # type: ignore[no-any-return]


def _user(request: Asked) -> User:
    return cast("User", request.scope["user"])


HANDLERS = [
    start,
    nothing,
    health,
    *core_responses.HANDLERS,
    *accounts_sign_in.HANDLERS,
    *alerts_queue.HANDLERS,
    *alerts.HANDLERS,
    *cases.HANDLERS,
    *cases_steps.HANDLERS,
    *cases_documents.HANDLERS,
    *accounts.HANDLERS,
    *rules.HANDLERS,
    *ranking.HANDLERS,
    *parties.HANDLERS,
    *matching.HANDLERS,
    *matching_reconcile.HANDLERS,
    *lists_archive.HANDLERS,
    *lists.HANDLERS,
    *jobs.HANDLERS,
    *jobs_rescreen.HANDLERS,
    *network.HANDLERS,
    *notices.HANDLERS,
    *notices_drafts.HANDLERS,
    *register.HANDLERS,
    *private.HANDLERS,
    *feeds.HANDLERS,
    *accounts_own_account.HANDLERS,
    *peers.HANDLERS,
    *groups.HANDLERS,
    *incidents.HANDLERS,
    *requests_form.HANDLERS,
    *requests.HANDLERS,
    *cases_joint.HANDLERS,
    *recalls.HANDLERS,
    *audit.HANDLERS,
    *alerts_bulk_decisions.HANDLERS,
    *trade_flows.HANDLERS,
    *coalition.HANDLERS,
    *burden.HANDLERS,
    *burden_claims.HANDLERS,
    *suppression.HANDLERS,
    *settings_webhooks.HANDLERS,
    *settings_plugins.HANDLERS,
    *core_openapi.HANDLERS,
    *uploads.HANDLERS,
    *law_registry.HANDLERS,
    *law.HANDLERS,
]
