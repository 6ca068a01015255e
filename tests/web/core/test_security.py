"""The edge: who may ask what, foreign forms, and what a browser may do."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient
from sqlalchemy import select, update
from tests.web.conftest import Desk, client_for

from tidewaiter.accounts.roles import rights_of
from tidewaiter.store.accounts.sessions import User, add_token, begin_session
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.store.audit import moment
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.web.core.app import HANDLERS, make_app
from tidewaiter.web.core.node import Node, Serving
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.security import COOKIE, _from, is_public

ROUTES = [each for each in HANDLERS if isinstance(each, HTTPRouteHandler)]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.handler_name)
def test_each_address_is_public_or_asks_for_a_right(route: HTTPRouteHandler) -> None:
    """Nothing is open because someone forgot."""
    rights = [getattr(guard, "right", None) for guard in route.guards or ()]
    public = all(is_public(path) for path in route.paths)
    assert public != bool([right for right in rights if right]), route.paths


@pytest.mark.parametrize(
    ("address", "counts_for"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_addresses_of_one_household_count_as_one(address: str, counts_for: str) -> None:
    """One IPv6 address comes with 2**64 others, which would give as many sign-in attempts."""
    forwarded = [(b"x-forwarded-for", f"192.0.2.9, {address}".encode())]
    behind: Any = {"type": "http", "headers": forwarded, "client": ("127.0.0.1", 1)}
    assert _from(Asked(behind), "https://tide.example") == counts_for
    direct: Any = {"type": "http", "headers": [], "client": (address, 1)}
    assert _from(Asked(direct), "") == counts_for


def test_a_form_without_its_token_is_refused(desk: Callable[..., Desk]) -> None:
    """Nor is one with the token of another session."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    name = one.get("/queue.json").json()["rows"][0]["alert"]["id"]
    path = f"/alerts/{name}/assign"
    assert one.post(path, {"csrf": ""}).status_code == 403
    assert one.post(path, {"csrf": "ab" * 64}).status_code == 403
    assert one.post(path, {"csrf": other.token()}).status_code == 403
    assert one.post(path, {"to": "one"}).status_code == 303


def test_a_form_of_another_site_is_refused(desk: Callable[..., Desk]) -> None:
    """Whatever token it brings."""
    one = desk("analyst")
    name = one.get("/queue.json").json()["rows"][0]["alert"]["id"]
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert one.post(f"/alerts/{name}/assign", headers=headers).status_code == 403


def test_every_answer_says_what_a_browser_may_do(
    desk: Callable[..., Desk], stranger: "TestClient[Any]"
) -> None:
    """Pages, records, refusals and what is not there alike."""
    one = desk("viewer")
    answers = [one.get("/queue"), one.get("/queue.json"), one.get("/nothing"), one.get("/accounts")]
    answers += [stranger.get("/sign-in"), stranger.get("/no", follow_redirects=False)]
    assert [each.status_code for each in answers] == [200, 200, 404, 403, 200, 303]
    for each in answers:
        assert each.headers["content-security-policy"].startswith("default-src 'none'")
        assert each.headers["x-content-type-options"] == "nosniff"
        assert each.headers["cache-control"] == "no-store"


def test_a_foreign_name_of_this_server_is_refused(stranger: "TestClient[Any]") -> None:
    """So a page of another domain that points here learns nothing."""
    assert stranger.get("/sign-in", headers={"host": "evil.example"}).status_code == 400


def test_a_token_has_no_more_rights_than_it_was_given(
    desk: Callable[..., Desk], node: Node
) -> None:
    """It can read, and not decide; an invented one is invalid."""
    one = desk("analyst")
    user = User(account=one.account, rights=rights_of("analyst"), session="")
    with node.change(user) as work:
        _, secret = add_token(work, user, "a script", {"see"}, node.now() + timedelta(days=1))
    client, headers = one.client, {"authorization": f"Bearer {secret}"}
    rows = client.get("/queue.json", headers=headers).json()["rows"]
    path = f"/alerts/{rows[0]['alert']['id']}/assign"
    assert client.post(path, json={"to": "me"}, headers=headers).status_code == 403
    wrong = client.get("/queue.json", headers={"authorization": "Bearer made-up"})
    assert wrong.status_code == 401
    assert wrong.json()["status"] == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("", 303),
        ("/redoc", 303),
        ("/swagger", 303),
        ("/openapi.yaml", 303),
        ("/openapi.json.json", 401),
    ],
)
def test_the_api_is_not_described_to_strangers(
    stranger: "TestClient[Any]", path: str, status: int
) -> None:
    """Nor by pages that would ask other servers: a browser is sent to sign in, as anywhere."""
    answer = stranger.get(f"/schema{path}", follow_redirects=False)
    assert answer.status_code == status
    assert "cdn" not in answer.text


def test_every_route_of_the_application_is_guarded(node: Node) -> None:
    """Those that the framework adds too."""
    for route in make_app(node).routes:
        for handler in getattr(route, "route_handlers", ()):
            rights = [getattr(guard, "right", None) for guard in handler.resolve_guards()]
            named = [each for each in rights if each] or [
                getattr(getattr(guard, "func", guard), "right", None)
                for guard in handler.resolve_guards()
            ]
            only = set(handler.http_methods) <= {"OPTIONS"}
            assert only or is_public(route.path) or any(named), route.path


def test_a_token_makes_nobody_more_than_they_are(desk: Callable[..., Desk], node: Node) -> None:
    """Whatever right it has: accounts, passwords, tokens and sessions are people's own matter."""
    chief = desk("administrator")
    user = User(account=chief.account, rights=rights_of("administrator"), session="")
    with node.change(user) as work:
        _, secret = add_token(work, user, "all", user.rights, node.now() + timedelta(days=1))
    headers = {"authorization": f"Bearer {secret}"}
    number = chief.account.id
    tries: dict[str, dict[str, Any]] = {
        "/accounts": {"name": "new", "role": "administrator"},
        f"/accounts/{number}": {"role": "administrator", "active": True},
        f"/accounts/{number}/clearance": {"cleared": True},
        f"/accounts/{number}/opening": {},
        f"/accounts/{number}/confirmation": {"code": "7KQF-2M9X-WB4T"},
        f"/accounts/{number}/erasure": {},
        "/account/tokens": {"name": "more", "rights": ["see"], "days": 1},
        "/account/password": {"present": "a", "password": "b", "again": "b"},
        "/account/sessions/end": {},
        "/account/passkeys/begin": {},
        "/account/passkeys/1/end": {},
    }
    for path, record in tries.items():
        answer = chief.client.post(path, json=record, headers=headers)
        assert (path, answer.status_code) == (path, 403)
    assert chief.get("/accounts").status_code == 200


def test_a_form_that_does_not_say_its_size_is_refused(desk: Callable[..., Desk]) -> None:
    """It would be read whole before anything is known of it."""
    one = desk("viewer")

    def pieces() -> Iterator[bytes]:
        yield b"csrf="
        yield b"x" * 1_000

    headers = {"content-type": "application/x-www-form-urlencoded", **one.cookie()}
    answer = one.client.post("/account/language", content=pieces(), headers=headers)
    assert answer.status_code == 403


def test_no_page_waits_until_someone_was_noted_as_seen(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a writer is at work, sessions and tokens are noted at a later request.

    Pages ask for no work that would wait for the writer.
    """
    node = Node(Serving(db=url))
    with node.change(None) as work:
        account = add_account(work, NewAccount(name="reyes", role="analyst"))
        user = User(account=account, rights=rights_of("analyst"), session="")
        secret = begin_session(work, account, "a test")
        _, token = add_token(work, user, "nightly", ["see"], node.now() + timedelta(days=9))
        long_ago = moment(node.now() - timedelta(hours=1))
        work.connection.execute(update(tables.session).values(seen=long_ago))
    ways = [{"cookie": f"{COOKIE}={secret}"}, {"authorization": f"Bearer {token}"}]
    with client_for(node) as client:
        with open_database(url) as other, other.work(Stamp(who="other", at=node.now())):
            with monkeypatch.context() as patch:
                begin = Database.work
                patch.setattr(
                    Database, "work", lambda database, stamp=None: begin(database, _no(stamp))
                )
                answers = [client.get("/queue.json", headers=way) for way in ways]
            assert [each.status_code for each in answers] == [200, 200]
            assert _noted(node) == (long_ago, None)
        for way in ways:
            client.get("/queue.json", headers=way)
    seen, used = _noted(node)
    assert seen > long_ago
    assert used == node.now().date().isoformat()
    node.close()


def _noted(node: Node) -> tuple[str, str | None]:
    with node.read() as work:
        seen = work.connection.execute(select(tables.session.c.seen)).scalar_one()
        return seen, work.connection.execute(select(tables.token.c.used)).scalar_one()


def _no(stamp: Stamp | None) -> Stamp | None:
    assert stamp is None, "a page waits for the writer"
    return stamp
