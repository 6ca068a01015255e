"""A filled installation, people of each role who are signed in, and a server for browsers."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page
from tests.support.ports import free_port
from tests.support.serving import listening, wait_for

from tidewaiter.accounts.passwords import hash_password
from tidewaiter.accounts.roles import Role
from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.files import hash_file
from tidewaiter.base.resources import data
from tidewaiter.bulk.screening import Settings
from tidewaiter.node.context import screen_file
from tidewaiter.node.file_screening import FileJob
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.network.resolution import take_up
from tidewaiter.node.uploads.jobs import Bench
from tidewaiter.node.uploads.settings import Desk as Uploads
from tidewaiter.node.uploads.workers import work_once
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import (
    Account,
    NewAccount,
    account_of,
    add_account,
    set_clearance,
    set_password,
)
from tidewaiter.store.core.database import Work, open_database
from tidewaiter.store.uploads import Lease
from tidewaiter.trade.types import ReadOptions
from tidewaiter.web.core.app import make_app
from tidewaiter.web.core.node import Node, Serving
from tidewaiter.web.core.security import COOKIE

PASSWORD = "quiet harbours before noon"  # noqa: S105 - of made-up people
OURS = "http://127.0.0.1:8477"
_AGENT = "a test"


class Desk:
    """Someone who is signed in: what they ask, and what they are answered."""

    def __init__(self, client: "TestClient[Any]", account: Account, secret: str) -> None:
        self.client = client
        self.account = account
        self._secret = secret

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask for a page; of an address that ends in .json, for its record."""
        return self.client.get(path, headers=self._headers(headers), follow_redirects=False)

    def post(
        self,
        path: str,
        form: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a form of a page."""
        fields = {"csrf": self.token(), **(form or {})}
        return self.client.post(
            path, data=fields, headers=self._headers(headers), follow_redirects=False
        )

    def send(self, path: str, record: object) -> httpx.Response:
        """Send JSON, as a script of a page does."""
        headers = self._headers({"X-CSRF-Token": self.token()})
        return self.client.post(path, json=record, headers=headers)

    def token(self) -> str:
        """Return a token for the forms of the session."""
        return form_token(self._secret)

    def cookie(self) -> dict[str, str]:
        """Return the header by which the session is known."""
        return {"cookie": f"{COOKIE}={self._secret}"}

    def alerts(self) -> list[str]:
        """Return the ids of the alerts on the first page of the queue."""
        return [row["alert"]["id"] for row in self.get("/queue.json").json()["rows"]]

    def _headers(self, more: Mapping[str, str] | None) -> dict[str, str]:
        return {**self.cookie(), **(more or {})}


@pytest.fixture(scope="session")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the sample manifest, screened, in a database; copy it before you change it."""
    place = tmp_path_factory.mktemp("screened") / "tidewaiter.db"
    fill_database(str(place))
    return place


def fill_database(url: str) -> None:
    """Screen the sample manifest into a database, and count its parties."""
    with tempfile.TemporaryDirectory() as name, open_database(url) as database:
        folder = Path(name)
        path = folder / "manifest.csv"
        path.write_bytes(data("samples", "manifest.csv").read_bytes())
        settings = Settings(day=date(2026, 11, 25), file=path.name, sha256=hash_file(path))
        for _ in screen_file(
            FileJob(
                path=path, options=ReadOptions(), settings=settings, journal=folder / "journal"
            ),
            database,
        ):
            pass
        take_up(database, own_stamp)


@pytest.fixture(autouse=True)
def _key_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Isolate the tests from the key of the user who runs them."""
    monkeypatch.setenv("TIDEWAITER_KEY", str(tmp_path / "node.key"))


@pytest.fixture
def node(screened: Path, tmp_path: Path) -> Iterator[Node]:
    """Open an installation with the sample manifest in its database."""
    place = tmp_path / "tidewaiter.db"
    shutil.copy(screened, place)
    made = Node(Serving(db=str(place)))
    yield made
    made.close()


_IDLE: list[Litestar] = []


@contextmanager
def app_for(node: Node) -> Iterator[Litestar]:
    """Give an installation an application that no other one has now: each takes time to make."""
    app = _IDLE.pop() if _IDLE else make_app(node)
    app.state.node = node
    try:
        yield app
    finally:
        _IDLE.append(app)


@contextmanager
def client_for(node: Node) -> Iterator["TestClient[Any]"]:
    """Ask an installation, without an account; it is closed at the end."""
    with app_for(node) as app, TestClient(app, OURS, raise_server_exceptions=False) as client:
        yield client


def _account(work: Work, new: NewAccount, *, cleared: bool) -> Account:
    account = add_account(work, new)
    if cleared:
        set_clearance(work, account.id, cleared=True, giver=None)
    return account_of(work, account.id)


@pytest.fixture
def desk(node: Node) -> Iterator[Callable[..., Desk]]:
    """Sign people in: ``desk("analyst")``, ``desk("analyst", "reyes", cleared=True)``."""
    with client_for(node) as client:

        def make(role: Role = "analyst", name: str = "", *, cleared: bool = False) -> Desk:
            with node.change(None) as work:
                account = _account(work, NewAccount(name=name or role, role=role), cleared=cleared)
                secret = begin_session(work, account, _AGENT)
            return Desk(client, account, secret)

        yield make


def bench(node: Node, desk: Uploads) -> Bench:
    """Return where a worker screens what waits."""
    return Bench(
        desk=desk,
        database=node.database,
        lease=Lease(worker="here 1 x"),
        leaving=threading.Event(),
    )


@pytest.fixture
def sample() -> bytes:
    """Return the sample with one more line, so that it is not the file that was screened before."""
    return (
        data("samples", "manifest.csv").read_bytes() + b"X-1,1,Acetic anhydride" + b"," * 18 + b"\n"
    )


@pytest.fixture
def work(node: Node) -> Callable[[], None]:
    """Screen all that waits, as the worker beside the web does."""

    def go() -> None:
        while work_once(bench(node, node.desk)):
            pass

    return go


@pytest.fixture
def stranger(node: Node) -> Iterator["TestClient[Any]"]:
    """Come to the installation without an account."""
    with client_for(node) as client:
        yield client


@pytest.fixture
def served(screened: Path, tmp_path: Path) -> Iterator[tuple[str, Node]]:
    """Serve a filled installation for a browser; return its address, and the installation."""
    place = tmp_path / "served.db"
    shutil.copy(screened, place)
    port = free_port()
    # Browsers make passkeys for a name, not for 127.0.0.1.
    node = Node(Serving(db=str(place), port=port, public=f"http://localhost:{port}"))
    with app_for(node) as app, listening(app, port):
        address = f"http://localhost:{port}"
        wait_for(address)
        yield address, node


@pytest.fixture
def opened(
    browser: Browser, served: tuple[str, Node]
) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Open a page as someone: ``opened("/queue", role="analyst", width=390)``.

    Returns:
        The page, and a list of what the browser complains of, which should stay empty.
    """
    address, node = served
    contexts = []
    made: dict[str, str] = {}

    def open_(
        path: str, *, role: Role = "analyst", width: int = 1280, cleared: bool = False, **more: Any
    ) -> tuple[Page, list[str]]:
        name = f"{role}-cleared" if cleared else role
        if name not in made:
            with node.change(None) as work:
                account = _account(work, NewAccount(name=name, role=role), cleared=cleared)
                set_password(work, account.id, hash_password(PASSWORD, name=name))
                made[name] = begin_session(work, account, _AGENT)
        context = browser.new_context(viewport={"width": width, "height": 900}, **more)
        contexts.append(context)
        context.add_cookies([{"name": COOKIE, "value": made[name], "url": address}])
        page = context.new_page()
        told: list[str] = []
        page.on(
            "console",
            lambda message: (
                told.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address, "data:"))
                else told.append(f"asked {request.url}")
            ),
        )
        page.goto(f"{address}{path}")
        return page, told

    yield open_
    for context in contexts:
        context.close()
