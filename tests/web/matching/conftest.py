"""An installation with party lists, and clients that know it by a token."""

from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from tests.support.party_lists import keep_lists
from tests.web.conftest import client_for

from tidewaiter.accounts.roles import Right, Role
from tidewaiter.store.accounts.sessions import User, add_token
from tidewaiter.store.accounts.users import NewAccount, account_of, add_account, set_clearance
from tidewaiter.web.core.node import Node, Serving


class MatchingClient:
    """A client as they are written for yente: a base address and a token."""

    def __init__(self, client: "TestClient[Any]", token: str) -> None:
        self.client = client
        self.token = token
        self.headers = {"Authorization": f"Apikey {token}"}

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Get an address below the base."""
        return self.client.get(f"/yente{path}", params=params, headers=self.headers)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Post to an address below the base."""
        return self.client.post(f"/yente{path}", headers=self.headers, **more)

    def match(self, *names: str, schema: str = "Thing", **params: Any) -> dict[str, Any]:
        """Match names, one query each, and return the responses."""
        queries = {n: {"schema": schema, "properties": {"name": [n]}} for n in names}
        answer = self.post("/match/default", json={"queries": queries}, params=params)
        assert answer.status_code == 200, answer.text
        responses: dict[str, Any] = answer.json()["responses"]
        return responses


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a folder with lists."""
    made = tmp_path_factory.mktemp("matching") / "lists"
    keep_lists(made)
    return made


@pytest.fixture(scope="module")
def listing(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Open an installation with these lists."""
    place = tmp_path_factory.mktemp("node") / "tidewaiter.db"
    made = Node(Serving(db=str(place), lists=str(folder)))
    yield made
    made.close()


@pytest.fixture(scope="module")
def open_client(listing: Node) -> Iterator["TestClient[Any]"]:
    """Ask the installation, without an account."""
    with client_for(listing) as client:
        yield client


Make = Callable[..., MatchingClient]


@pytest.fixture(scope="module")
def program(listing: Node, open_client: "TestClient[Any]") -> Make:
    """Make a client with a token: ``program("match", role="analyst", cleared=True)``."""

    def make(*rights: Right, role: Role = "analyst", cleared: bool = False) -> MatchingClient:
        return MatchingClient(open_client, token_of(listing, rights, role=role, cleared=cleared))

    return make


def token_of(node: Node, rights: Collection[Right], *, role: Role, cleared: bool) -> str:
    """Make an account with a token."""
    with node.change(None) as work:
        name = f"{role}{len(rights)}{node.now().timestamp()}"
        account = add_account(work, NewAccount(name=name, role=role))
        if cleared:
            set_clearance(work, account.id, cleared=True, giver=None)
        account = account_of(work, account.id)
        user = User(account=account, rights=frozenset(rights), session="")
        return add_token(work, user, "client", rights, node.now() + timedelta(days=1))[1]


@pytest.fixture(scope="module")
def matcher(program: Make) -> MatchingClient:
    """Make a client that may match."""
    return program("match")
