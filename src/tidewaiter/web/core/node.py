"""The installation behind the pages, what handlers are given of it, and the server process.

Every change of the database appends to the audit, in its own transaction. So where the audit has
not grown since an answer was found, finding it again gives the same.
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
from tidewaiter.base.processes import handed_over, serve
from tidewaiter.base.records import Record
from tidewaiter.burden.releases.dataset_loader import ReleaseShelf
from tidewaiter.explain.titles import library_of
from tidewaiter.explain.words import Library
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.ledger.signed_notes import SecretKey
from tidewaiter.lists.archive import FolderState, folder_state, versions_at
from tidewaiter.node.identity import key_file, own_key, ring_file
from tidewaiter.node.uploads.settings import DAYS, Desk
from tidewaiter.node.uploads.storage import LIMIT, Spool, spool_folder
from tidewaiter.node.uploads.workers import crew
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key, accounts
from tidewaiter.store.audit import audit_size
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.peers.reconcile import check_complete
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.transport.context import Desk as Exchange
from tidewaiter.transport.context import desk_of
from tidewaiter.transport.feeds import Shelf
from tidewaiter.transport.server import server_of
from tidewaiter.web.ranking.model_cache import Taught

MOST = 64  # answers that are kept; all are of one size of the audit
T = TypeVar("T")


class Kept:
    """Answers by what was asked."""

    def __init__(self) -> None:
        self._held: tuple[int, dict[object, Any]] = (0, {})  # size of the audit, and the answers

    def find(self, work: Work, asked: object, find: Callable[[], T]) -> T:
        """Return the answer that is kept, or find it and keep it.

        Args:
            work: Any; `find` reads in it, so that the answer is of its audit's size.
            asked: What tells this answer from others.
            find: How it is found.
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


_SIGNS_IN = (30, 300.0)  # forms from one address before anyone is signed in, in seconds
_ASKS = (1_200, 60.0)  # requests of one account
_SECONDS = 10.0  # for an answer of another server


class Serving(Record, frozen=True, kw_only=True):
    """What the person who starts the server says."""

    db: str  # a path, or a URL
    lists: str | None = None  # folder of lists of parties
    archive: str | None = None  # folder of releases of official counts
    own: tuple[str, ...] = ()  # folders of lists of substances
    host: str = "127.0.0.1"
    port: int = 8477
    uploads: str | None = None  # the folder for files that are sent in; None: beside the database
    upload_limit: int = LIMIT  # bytes of the largest
    upload_days: int = DAYS  # for which files are kept
    public: str = ""  # the address that browsers see, like "https://tidewaiter.example"; "": ours
    provider: Provider | None = None  # of OpenID Connect
    sample: bool = False  # screen the sample manifest at the start
    ranker: str | None = None  # folder of the model, and of the inspection lists that came back

    def desk(self) -> Desk:
        """Return by what files that are sent in are screened."""
        folder = Path(self.uploads) if self.uploads else spool_folder(self.db)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        return Desk(
            database=self.db,
            spool=Spool(folder=folder, limit=self.upload_limit),
            days=self.upload_days,
            own=tuple(map(Path, self.own)),
            lists=Path(self.lists) if self.lists else None,
            workers=max(1, cores - 1),  # one answers the pages
        )

    def address(self) -> str:
        """Return the address of the start."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public.rstrip("/") or f"http://{host}:{self.port}"


class Node:
    """The installation that the pages show. One is made when the server starts."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.secret = secrets.token_bytes(32)  # of this process
        self.strangers = Limiter(*_SIGNS_IN)
        self.users = Limiter(*_ASKS)
        self.database: Database = open_database(serving.db)
        self.desk: Desk = serving.desk()
        self.kept = Kept()
        self.shelf = Shelf()
        self.taught = Taught(Path(serving.ranker) if serving.ranker else None)
        self.counts = ReleaseShelf(Path(serving.archive) if serving.archive else None)
        self._desk_of_node: Exchange | None = None
        self._library: tuple[date, FolderState, Library] | None = None

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def address(self, path: str) -> str:
        """Return the whole address of a path, as browsers reach it."""
        return f"{self.serving.address()}{path}"

    def http(self) -> httpx.Client:
        """Make what asks other servers; only such as were named when this one was started."""
        return httpx.Client(timeout=_SECONDS, follow_redirects=False)

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the day where the server stands."""
        return date.today()  # noqa: DTZ011 - the officers' own calendar

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Begin work that only reads."""
        with self.database.work() as work:
            yield work

    @contextmanager
    def change(self, user: User | None) -> Iterator[Work]:
        """Begin work that changes the database, in the name of a user; None: of the server."""
        with self.database.work(self.stamp(user)) as work:
            yield work

    def change_if_free(self, user: User, do: Callable[[Work], None]) -> None:
        """Change what may as well stay as it is, unless that means to wait for a writer."""
        self.database.work_if_free(self.stamp(user), do)

    def stamp(self, user: User | None) -> Stamp:
        """Say who changes the database, and when; None: the server."""
        return Stamp(who=account_key(user.account.id) if user else "server", at=self.now())

    @property
    def lists(self) -> Path | None:
        """Return the folder of lists of parties, where there is one."""
        folder = Path(self.serving.lists) if self.serving.lists else None
        return folder if folder and folder.is_dir() else None

    @cached_property
    def registry(self) -> Registry:
        """Return the registry of substances and laws."""
        return load_registry(tuple(map(Path, self.serving.own)))

    @cached_property
    def key(self) -> SecretKey:
        """Return the key with which this installation signs; it is made where there is none."""
        return own_key(key_file())

    @cached_property
    def alert_rules(self) -> AlertRules:
        """Return our rules of alerts."""
        return load_alert_rules()

    def library(self) -> Library:
        """Return the words for slugs, with the versions of lists of today.

        They are made anew on another day, and where a version of a list came or went.
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
        """Begin work at the desk of this node of the exchange, with the keys that count now.

        Args:
            user: In whose name something changes; None: it is only read.
            restored: Whether this goes on while messages are missing, as the node was restored from
                an older state; nothing that came from peers is shown then, and nothing rests on it.

        Raises:
            ConflictError: Messages are missing.
            MissingError: This installation is no node.
        """
        desk = self._exchange()
        with self.database.work(self.stamp(user) if user else None) as work:
            desk.refresh(work)
            if not restored:
                check_complete(work)
            yield desk, work

    def _exchange(self) -> Exchange:
        if self._desk_of_node is None:
            path = ring_file()
            if not path.exists():
                raise MissingError("web/not-a-node-yet")
            self._desk_of_node = desk_of(self.database, path)
        return self._desk_of_node

    def people(self) -> dict[str, str]:
        """Return how accounts are read, by how trails and the audit name them."""
        with self.read() as work:
            return {account_key(each.id): each.shown for each in accounts(work)}


TheNode = NamedDependency[Node]
TheUser = NamedDependency[User]
Number = Annotated[int, PathParameter(ge=1, le=2**53)]
"""A number in a path."""


def run(serving: Serving) -> None:
    """Serve until the process is stopped.

    Args:
        serving: What is served, and where.
    """
    server = server_of("tidewaiter.web.core.app:served", serving.host, serving.port)
    with handed_over(serving), crew(serving.desk()):
        serve(server)
