"""Activation: owners choose their passwords, and others confirm who they are."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from litestar.testing import TestClient
from tests.web.conftest import OURS, PASSWORD, Desk

from tidewaiter.accounts.passwords import hash_password
from tidewaiter.store.accounts.credentials import WAITS, passkeys
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import account_of, set_password
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core.columns import METADATA
from tidewaiter.web.core.node import Node

HERE = {"origin": OURS}
OTHER = "slack water after dawn"
_CODE = re.compile(r"<code class=\"secret\">([0-9A-Z-]{14})</code>")
_SECRET = re.compile(r"/welcome/|[A-Za-z0-9_-]{40,}")


def _choose(stranger: "TestClient[Any]", name: str, password: str = PASSWORD) -> str:
    """Choose a password; return the code."""
    form = {"name": name, "password": password, "again": password}
    answer = stranger.post("/activate", data=form, headers=HERE)
    assert answer.status_code == 200
    found = _CODE.search(answer.text)
    assert found is not None
    return found[1]


def _signs_in(stranger: "TestClient[Any]", name: str, password: str = PASSWORD) -> bool:
    form = {"name": name, "password": password, "next": "/"}
    answer = stranger.post("/sign-in", data=form, headers=HERE, follow_redirects=False)
    return answer.status_code == 303


def _made(admin: Desk, name: str, role: str = "analyst") -> int:
    answer = admin.send("/accounts", {"name": name, "role": role})
    assert answer.status_code == 201
    return int(answer.json()["account"]["id"])


def _in_use(node: Node, one: Desk) -> None:
    with node.change(None) as work:
        set_password(work, one.account.id, hash_password(PASSWORD, name=one.account.name))


def _again(node: Node, one: Desk) -> Desk:
    """Sign in again after a new password ended all sessions."""
    with node.change(None) as work:
        return Desk(one.client, one.account, begin_session(work, one.account, ""))


def test_an_owner_sets_the_password_and_another_confirms(
    desk: Callable[..., Desk], stranger: "TestClient[Any]"
) -> None:
    """Before the code is typed in the password opens nothing; the code counts once."""
    admin = desk("administrator")
    number = _made(admin, "reyes")
    code = _choose(stranger, "Reyes")
    assert not _signs_in(stranger, "reyes")
    path = f"/accounts/{number}/confirmation"
    assert admin.post(path, {"code": "AAAA-BBBB-CCCC"}).status_code == 400
    assert admin.post(path, {"code": code.lower().replace("-", " ")}).status_code == 303
    assert _signs_in(stranger, "reyes")
    assert admin.post(path, {"code": code}).status_code == 400


def test_whoever_makes_an_account_sees_no_secret_of_it(desk: Callable[..., Desk]) -> None:
    """Neither a link nor a code: pages and records hold nothing that lets them be its owner."""
    admin = desk("administrator")
    number = _made(admin, "reyes")
    pages = [
        admin.post("/accounts", {"name": "berg", "role": "viewer"}),
        admin.post(f"/accounts/{number}/opening"),
        admin.get("/accounts"),
        admin.get("/accounts.json"),
        admin.send("/accounts", {"name": "lund", "role": "viewer"}),
    ]
    for answer in pages:
        text = re.sub(r'name="csrf" value="[^"]*"|/static/[^"]*|<meta[^>]*>', "", answer.text)
        assert not _SECRET.search(text), answer.request.url


def test_nobody_learns_which_accounts_there_are(
    desk: Callable[..., Desk], node: Node, stranger: "TestClient[Any]"
) -> None:
    """Disabled and unknown accounts get a code like any other, and nothing is stored."""
    one = desk("analyst")
    _in_use(node, one)
    for name in (one.account.name, "nobody", "<b>"):
        _choose(stranger, name, OTHER)
    with node.read() as work:
        rows = work.connection.execute(METADATA.tables["activation"].select()).all()
    assert rows == []
    assert _signs_in(stranger, one.account.name)
    assert not _signs_in(stranger, one.account.name, OTHER)


def test_an_account_in_use_is_opened_by_one_and_confirmed_by_another(
    desk: Callable[..., Desk], node: Node, stranger: "TestClient[Any]"
) -> None:
    """An administrator alone cannot take over an account; a second one ends the old access."""
    admin, chief, one = desk("administrator"), desk("supervisor"), desk("analyst")
    for each in (admin, chief, one):
        _in_use(node, each)
    admin, chief = _again(node, admin), _again(node, chief)
    path = f"/accounts/{one.account.id}"
    assert admin.post(f"{path}/opening").status_code == 201
    code = _choose(stranger, one.account.name, OTHER)
    assert admin.post(f"{path}/confirmation", {"code": code}).status_code == 400
    assert _signs_in(stranger, one.account.name)
    assert chief.post(f"{path}/confirmation", {"code": code}).status_code == 303
    assert not _signs_in(stranger, one.account.name)
    assert _signs_in(stranger, one.account.name, OTHER)
    with node.read() as work:
        assert passkeys(work, one.account.id) == []
        told = [e for e in audit_entries(work, rows=10_000) if e.action == "account confirmed"]
    assert [msgspec.json.decode(each.details)["confirmed"] for each in told] == [chief.account.id]


def test_an_administrator_makes_no_second_officer_of_themselves(
    desk: Callable[..., Desk], node: Node, stranger: "TestClient[Any]"
) -> None:
    """A new account is also confirmed by someone else, as soon as there is one."""
    admin, chief = desk("administrator"), desk("supervisor")
    for each in (admin, chief):
        _in_use(node, each)
    admin, chief = _again(node, admin), _again(node, chief)
    number = _made(admin, "ghost", "supervisor")
    code = _choose(stranger, "ghost", OTHER)
    path = f"/accounts/{number}/confirmation"
    assert admin.post(path, {"code": code}).status_code == 400
    assert not _signs_in(stranger, "ghost", OTHER)
    assert chief.post(path, {"code": code}).status_code == 303
    assert _signs_in(stranger, "ghost", OTHER)


def test_nobody_confirms_their_own_account(
    desk: Callable[..., Desk], stranger: "TestClient[Any]"
) -> None:
    """Not even an administrator."""
    admin = desk("administrator")
    path = f"/accounts/{admin.account.id}"
    assert admin.post(f"{path}/opening").status_code == 201
    code = _choose(stranger, admin.account.name)
    assert admin.post(f"{path}/confirmation", {"code": code}).status_code == 400
    assert not _signs_in(stranger, admin.account.name)


def test_a_password_waits_for_a_day(
    desk: Callable[..., Desk], node: Node, stranger: "TestClient[Any]"
) -> None:
    """After that its code confirms nothing."""
    admin = desk("administrator")
    number = _made(admin, "reyes")
    code = _choose(stranger, "reyes")
    c = METADATA.tables["activation"].c
    with node.change(None) as work:
        ended = (node.now() - WAITS - timedelta(seconds=1)).isoformat()
        work.connection.execute(METADATA.tables["activation"].update().values({c.ends: ended}))
    answer = admin.post(f"/accounts/{number}/confirmation", {"code": code})
    assert answer.status_code == 400


def test_a_clearance_is_given_by_who_has_one(desk: Callable[..., Desk], node: Node) -> None:
    """An administrator without one cannot grant it once someone has it; nor to themselves."""
    admin, one = desk("administrator"), desk("analyst")
    cleared = desk("supervisor", "cleared", cleared=True)
    plain = desk("supervisor", "plain")
    paths = [f"/accounts/{each.account.id}/clearance" for each in (one, admin)]
    for path in paths:
        for giver in (admin, plain, one):
            assert giver.post(path, {"cleared": "true"}).status_code in {400, 403}
    assert cleared.post(paths[0], {"cleared": "true"}).status_code == 303
    with node.read() as work:
        assert account_of(work, one.account.id).cleared
        assert not account_of(work, admin.account.id).cleared
    assert admin.post(paths[0]).status_code == 400
    assert cleared.post(paths[0]).status_code == 303
    with node.read() as work:
        assert not account_of(work, one.account.id).cleared


def test_switching_cleared_people_off_opens_no_way_to_a_clearance(
    desk: Callable[..., Desk],
) -> None:
    """Who was cleared once counts, so that an administrator does not become the first."""
    admin = desk("administrator")
    cleared = desk("supervisor", cleared=True)
    gone = f"/accounts/{cleared.account.id}"
    assert admin.post(gone, {"role": "supervisor"}).status_code == 303
    own = f"/accounts/{admin.account.id}/clearance"
    assert admin.post(own, {"cleared": "true"}).status_code == 400


def test_the_first_clearance_is_given_by_an_administrator(desk: Callable[..., Desk]) -> None:
    """If no account ever had one, the first must be granted."""
    admin, chief = desk("administrator"), desk("supervisor")
    path = f"/accounts/{chief.account.id}/clearance"
    assert admin.post(path, {"cleared": "true"}).status_code == 303
    listed = admin.get("/accounts.json").json()["accounts"]
    assert [each["name"] for each in listed if each["cleared"]] == ["supervisor"]


def test_no_supervisor_gives_themselves_the_first_clearance(desk: Callable[..., Desk]) -> None:
    """Not even without any cleared account, nor is it offered on the page."""
    chief, other = desk("supervisor"), desk("supervisor", "other")
    for one in (chief, other):
        path = f"/accounts/{one.account.id}/clearance"
        assert chief.post(path, {"cleared": "true"}).status_code == 400
    assert "/clearance" not in chief.get("/accounts").text


def test_after_the_last_clearance_was_withdrawn_nobody_on_the_pages_gives_one(
    desk: Callable[..., Desk],
) -> None:
    """An account had one before, so an administrator cannot grant a first one again."""
    admin, cleared = desk("administrator"), desk("supervisor", cleared=True)
    assert cleared.post(f"/accounts/{cleared.account.id}/clearance").status_code == 303
    own = f"/accounts/{admin.account.id}/clearance"
    assert admin.post(own, {"cleared": "true"}).status_code == 400
    assert "/clearance" not in admin.get("/accounts").text
