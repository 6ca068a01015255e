"""Installation behind the pages, and request dependencies.

Every database change appends to the audit log in the same transaction. So while the audit log has
not grown, a cached answer is still valid.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx
from litestar.di import NamedDependency
from litestar.params import PathParameter

from tidewaiter.accounts.oidc import Provider
from tidewaiter.accounts.passwords import Limiter
from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.releases.dataset_loader import ReleaseShelf
from tidewaiter.explain.titles import library_of
from tidewaiter.explain.words import Library
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.ledger.signed_notes import SecretKey
from tidewaiter.lists.archive import FolderState, folder_state, versions_at
from tidewaiter.node.identity import key_file, own_key, ring_file
from tidewaiter.node.matching.service import MatchingService
from tidewaiter.node.uploads.settings import DAYS, Desk
from tidewaiter.node.uploads.storage import LIMIT, Spool, spool_folder
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key, accounts
from tidewaiter.store.audit import audit_size
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.peers.reconcile import check_complete
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.transport.context import Desk as Exchange
from tidewaiter.transport.context import desk_of
from tidewaiter.transport.feeds import Shelf
from tidewaiter.web.ranking.model_cache import Taught

MOST = 64  # cached answers, all for one size of the audit log
T = TypeVar("T")


class Kept:
    """Answer cache by query."""

    def __init__(self) -> None:
        self._held: tuple[int, dict[object, Any]] = (0, {})  # size of the audit log, and answers

    def find(self, work: Work, asked: object, find: Callable[[], T]) -> T:
        """Return the cached answer, or compute and cache it.

        Args:
            work: Any transaction; `find` reads in it, so that the answer matches the audit log
                size.
            asked: Cache key.
            find: Computes the answer.
        """
        size = audit_size(work)
        held_size, held = self._held
        if held_size != size or (asked not in held and len(held) >= MOST):
            held = {}
            self._held = (size, held)
        if asked not in held:
            held[asked] = find()
        found: T = held[asked]
        return found


_SIGNS_IN = (30, 300.0)  # requests from one address before sign-in, per seconds
_ASKS = (1_200, 60.0)  # requests per account, per seconds
_MATCHES = (20_000, 60.0)  # requests to the matching API per account, per seconds
_SECONDS = 10.0  # timeout for requests to other servers


class Serving(Record, frozen=True, kw_only=True):
    """Start options of the server."""

    db: str  # path or URL
    lists: str | None = None  # folder of party lists
    archive: str | None = None  # folder of official releases
    own: tuple[str, ...] = ()  # folders of substance lists
    host: str = "127.0.0.1"
    port: int = 8477
    uploads: str | None = None  # upload spool; None: beside the database
    upload_limit: int = LIMIT  # maximum bytes per file
    upload_days: int = DAYS  # retention of files
    public: str = ""  # public address, like "https://tidewaiter.example"; "": the listening address
    provider: Provider | None = None  # OpenID Connect
    rescreen: bool = True  # past lines are screened again when lists change
    sample: bool = False  # screen the sample manifest at the start
    ranker: str | None = None  # folder of the model and of returned inspection lists

    def desk(self) -> Desk:
        """Return the screening settings of uploads."""
        folder = Path(self.uploads) if self.uploads else spool_folder(self.db)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        return Desk(
            database=self.db,
            spool=Spool(folder=folder, limit=self.upload_limit),
            days=self.upload_days,
            own=tuple(map(Path, self.own)),
            lists=Path(self.lists) if self.lists else None,
            workers=max(1, cores - 1),  # one serves the pages
            rescreen=self.rescreen,
        )

    def address(self) -> str:
        """Return the listening address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public.rstrip("/") or f"http://{host}:{self.port}"


class Node:
    """The installation shown by the pages; one per server process."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.secret = secrets.token_bytes(32)  # per process
        self.strangers = Limiter(*_SIGNS_IN)
        self.users = Limiter(*_ASKS)
        self.matchers = Limiter(*_MATCHES)
        self.database: Database = open_database(serving.db)
        self.desk: Desk = serving.desk()
        self.kept = Kept()
        self.shelf = Shelf()
        self.matching = MatchingService(lambda: (self.lists, self.today()))
        self.taught = Taught(Path(serving.ranker) if serving.ranker else None)
        self.counts = ReleaseShelf(Path(serving.archive) if serving.archive else None)
        self._desk_of_node: Exchange | None = None
        self._library: tuple[date, FolderState, Library] | None = None

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def address(self, path: str) -> str:
        """Return the public URL of a path."""
        return f"{self.serving.address()}{path}"

    def http(self) -> httpx.Client:
        """Create the client for other servers; only those configured at start."""
        return httpx.Client(timeout=_SECONDS, follow_redirects=False)

    def now(self) -> datetime:
        """Return the current time."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the day in the server's time zone."""
        return date.today()  # noqa: DTZ011 - the officers' own calendar

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Begin a read transaction."""
        with self.database.work() as work:
            yield work

    @contextmanager
    def change(self, user: User | None) -> Iterator[Work]:
        """Begin a write transaction on behalf of a user; None: the server."""
        with self.database.work(self.stamp(user)) as work:
            yield work

    def change_if_free(self, user: User, do: Callable[[Work], None]) -> None:
        """Make an optional change, skipped if it would wait for another writer."""
        self.database.work_if_free(self.stamp(user), do)

    def stamp(self, user: User | None) -> Stamp:
        """Return the stamp of a user; None: the server."""
        return Stamp(who=account_key(user.account.id) if user else "server", at=self.now())

    @property
    def lists(self) -> Path | None:
        """Return the folder of party lists, if any."""
        folder = Path(self.serving.lists) if self.serving.lists else None
        return folder if folder and folder.is_dir() else None

    @cached_property
    def registry(self) -> Registry:
        """Return the registry of substances and law."""
        return load_registry(tuple(map(Path, self.serving.own)))

    @cached_property
    def key(self) -> SecretKey:
        """Return this installation's signing key, created if missing."""
        return own_key(key_file())

    @cached_property
    def alert_rules(self) -> AlertRules:
        """Return the alert rules."""
        return load_alert_rules()

    def library(self) -> Library:
        """Return the display names of slugs, with today's list versions.

        Rebuilt on another day, and when list versions change.
        """
        folder, today = self.lists, self.today()
        state, kept = folder_state(folder), self._library
        if kept is not None and kept[:2] == (today, state):
            return kept[2]
        made = library_of(self.registry, self.alert_rules, versions_at(folder, today))
        self._library = (today, state, made)
        return made

    @contextmanager
    def exchange(
        self, user: User | None = None, *, restored: bool = False
    ) -> Iterator[tuple[Exchange, Work]]:
        """Open this node's exchange context and a transaction, with the current keys.

        Args:
            user: On whose behalf something changes; None: read only.
            restored: Whether this is allowed while messages are missing after a restore from
                backup; no content from peers is shown then.

        Raises:
            ConflictError: Messages are missing.
            MissingError: This installation is not a node.
        """
        desk = self._exchange()
        with self.database.work(self.stamp(user) if user else None) as work:
            desk.refresh(work)
            if not restored:
                check_complete(work)
            yield desk, work

    def exchanges(self) -> bool:
        """Return whether this installation is a node of the exchange."""
        return self._desk_of_node is not None or ring_file().exists()

    def _exchange(self) -> Exchange:
        if self._desk_of_node is None:
            path = ring_file()
            if not path.exists():
                raise MissingError("web/not-a-node-yet")
            self._desk_of_node = desk_of(self.database, path)
        return self._desk_of_node

    def people(self) -> dict[str, str]:
        """Return the display names of accounts, by audit name."""
        with self.read() as work:
            return {account_key(each.id): each.shown for each in accounts(work)}


TheNode = NamedDependency[Node]
TheUser = NamedDependency[User]
Number = Annotated[int, PathParameter(ge=1, le=2**53)]
"""A number in a path."""
