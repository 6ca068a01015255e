"""Signing in and out, and the link of an invitation."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from argon2 import PasswordHasher
from litestar.testing import TestClient
from tests.web.conftest import OURS, PASSWORD, Desk

from tidewaiter.accounts.passwords import FREE, hash_password
from tidewaiter.store.accounts.sessions import begin_session, invite
from tidewaiter.store.accounts.users import (
    NewAccount,
    add_account,
    count_try,
    guarded,
    set_password,
)
from tidewaiter.store.audit import audit_entries
from tidewaiter.web.core.node import Node
from tidewaiter.web.core.security import COOKIE

HERE = {"origin": OURS}


def _account(node: Node) -> None:
    with node.change(None) as work:
        made = add_account(work, NewAccount(name="reyes", role="analyst"))
        set_password(work, made.id, hash_password(PASSWORD, name="reyes"))


def _sign_in(client: "TestClient[Any]", password: str, path: str = "/queue") -> Any:
    form = {"name": "Reyes", "password": password, "next": path}
    return client.post("/sign-in", data=form, headers=HERE, follow_redirects=False)


def test_the_right_password_opens_the_page_that_was_asked_for(
    node: Node, stranger: "TestClient[Any]"
) -> None:
    """Who is not signed in is asked to, and goes on to where they wanted."""
    _account(node)
    asked = stranger.get("/queue?severity=high", follow_redirects=False)
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=/queue%3Fseverity%3Dhigh"
    answer = _sign_in(stranger, PASSWORD, "/queue?severity=high")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/queue?severity=high"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert stranger.get("/queue").status_code == 200


def test_a_wrong_password_opens_nothing(node: Node, stranger: "TestClient[Any]") -> None:
    """Nor does the page say whether the name or the password is wrong."""
    _account(node)
    answer = _sign_in(stranger, "wrong")
    unknown = stranger.post("/sign-in", data={"name": "nobody", "password": "wrong"}, headers=HERE)
    assert answer.status_code == unknown.status_code == 401
    assert COOKIE not in answer.headers.get("set-cookie", "")
    assert answer.text.replace("Reyes", "nobody").replace("/queue", "/") == unknown.text


def test_a_hash_with_older_parameters_is_made_anew(node: Node, stranger: "TestClient[Any]") -> None:
    """On sign-in with the right password, it is hashed with current parameters, once."""
    _account(node)
    old = PasswordHasher(time_cost=1, memory_cost=8_192).hash(PASSWORD)
    with node.change(None) as work:
        set_password(work, 1, old)
    assert _sign_in(stranger, "wrong").status_code == 401
    assert _kept(node) == old
    assert _sign_in(stranger, PASSWORD).status_code == 303
    renewed = _kept(node)
    assert renewed != old
    assert stranger.get("/queue").status_code == 200
    assert _sign_in(stranger, PASSWORD).status_code == 303
    assert _kept(node) == renewed


def _kept(node: Node) -> str | None:
    with node.read() as work:
        found = guarded(work, "reyes")
    return found.password if found else None


def test_after_some_wrong_passwords_the_account_rests(
    node: Node, stranger: "TestClient[Any]"
) -> None:
    """Then the right one is refused too, and the audit log records it without a name."""
    _account(node)
    for _ in range(FREE):
        _sign_in(stranger, "wrong")
    assert _sign_in(stranger, PASSWORD).status_code == 401
    with node.read() as work:
        entries = audit_entries(work, rows=10_000)
    rests = [each for each in entries if each.action == "account rests"]
    assert len(rests) == 1
    assert "reyes" not in "".join(each.who + each.details for each in entries)


def test_passwords_that_are_tried_at_once_are_all_counted(
    node: Node, stranger: "TestClient[Any]"
) -> None:
    """Of twenty at once, no more are compared than in sequence: the others are refused."""
    _account(node)
    together = threading.Barrier(20)

    def guess(_: int) -> int:
        together.wait()
        with node.change(None) as work:
            return 0 if count_try(work, "reyes") is None else 1

    with ThreadPoolExecutor(20) as pool:
        compared = sum(pool.map(guess, range(20)))
    assert compared == FREE
    assert _sign_in(stranger, PASSWORD).status_code == 401


def test_the_right_password_sets_the_count_back(node: Node, stranger: "TestClient[Any]") -> None:
    """Mistakes that were made before signing in do not add up with later ones."""
    _account(node)
    for _ in range(3):
        for _ in range(FREE - 1):
            assert _sign_in(stranger, "wrong").status_code == 401
        assert _sign_in(stranger, PASSWORD).status_code == 303


def test_the_present_password_is_no_free_guess(
    node: Node, desk: Callable[..., Desk], stranger: "TestClient[Any]"
) -> None:
    """At an open session, password guesses are as limited as a stranger's."""
    one = desk("analyst", "reyes")
    with node.change(None) as work:
        set_password(work, one.account.id, hash_password(PASSWORD, name="reyes"))
        secret = begin_session(work, one.account, "")
    one = Desk(one.client, one.account, secret)
    new = "slack water after dawn"
    for _ in range(FREE):
        form = {"present": "wrong", "password": new, "again": new}
        assert one.post("/account/password", form).status_code == 400
    right = {"present": PASSWORD, "password": new, "again": new}
    assert one.post("/account/password", right).status_code == 400
    assert _sign_in(stranger, PASSWORD).status_code == 401


def test_a_new_password_that_is_refused_is_no_wrong_guess(
    node: Node, desk: Callable[..., Desk]
) -> None:
    """However often two differ or one is too weak, the right present password is taken after it."""
    one = desk("analyst", "reyes")
    with node.change(None) as work:
        set_password(work, one.account.id, hash_password(PASSWORD, name="reyes"))
        secret = begin_session(work, one.account, "")
    one = Desk(one.client, one.account, secret)
    new = "slack water after dawn"
    for _ in range(FREE):
        for password, again in (("password1234", "password1234"), (new, "slack water after down")):
            form = {"present": PASSWORD, "password": password, "again": again}
            assert one.post("/account/password", form).status_code == 400
    right = {"present": PASSWORD, "password": new, "again": new}
    assert one.post("/account/password", right).status_code == 303


def test_who_rests_is_told_so_and_not_that_the_password_is_another(
    node: Node, desk: Callable[..., Desk]
) -> None:
    """The right password is refused as the account takes none, which is what the page says."""
    one = desk("analyst", "reyes")
    with node.change(None) as work:
        set_password(work, one.account.id, hash_password(PASSWORD, name="reyes"))
        secret = begin_session(work, one.account, "")
        for _ in range(FREE):
            count_try(work, "reyes")
    one = Desk(one.client, one.account, secret)
    new = "slack water after dawn"
    answer = one.send(
        "/account/password.json", {"present": PASSWORD, "password": new, "again": new}
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == "web/account-takes-no-password"


def test_nobody_is_sent_to_another_site(node: Node, stranger: "TestClient[Any]") -> None:
    """What follows the sign-in is a page of ours."""
    _account(node)
    for path in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"):
        answer = _sign_in(stranger, PASSWORD, path)
        assert answer.headers["location"] == "/"


def test_a_link_sets_a_password_once(node: Node, stranger: "TestClient[Any]") -> None:
    """The second time it is spent."""
    with node.change(None) as work:
        made = add_account(work, NewAccount(name="reyes", role="analyst"))
        secret = invite(work, made.id)
    path = f"/welcome/{secret}"
    assert "reyes" in stranger.get(path).text
    short = stranger.post(path, data={"password": "short", "again": "short"}, headers=HERE)
    assert short.status_code == 400
    unlike = {"password": PASSWORD, "again": PASSWORD + "!"}
    assert stranger.post(path, data=unlike, headers=HERE).status_code == 400
    form = {"password": PASSWORD, "again": PASSWORD}
    answer = stranger.post(path, data=form, headers=HERE, follow_redirects=False)
    assert answer.status_code == 303
    assert stranger.get("/queue").status_code == 200
    assert stranger.get(path).status_code == 400
    assert stranger.post(path, data=form, headers=HERE).status_code == 400


def test_signing_out_ends_the_session(desk: Callable[..., Desk]) -> None:
    """The cookie opens nothing any more."""
    someone = desk("analyst")
    assert someone.get("/queue").status_code == 200
    assert someone.post("/sign-out").status_code == 303
    assert someone.get("/queue").status_code == 303


def test_an_address_that_tries_again_and_again_is_slowed_down(
    node: Node, stranger: "TestClient[Any]"
) -> None:
    """For any names it tries; the response says when to retry."""
    _account(node)
    answers = [
        stranger.post("/sign-in", data={"name": f"n{n}", "password": "x"}, headers=HERE)
        for n in range(31)
    ]
    assert [each.status_code for each in answers] == [401] * 30 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 300
    assert stranger.get("/sign-in").status_code == 200
