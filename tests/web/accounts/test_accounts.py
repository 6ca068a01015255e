"""Accounts as an administrator sees them, and account settings."""

from collections.abc import Callable

import pytest
from tests.web.conftest import PASSWORD, Desk

from tidewaiter.accounts.passwords import hash_password
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import set_password
from tidewaiter.store.audit import audit_entries
from tidewaiter.web.core.node import Node


def test_a_new_account_is_as_it_was_made(desk: Callable[..., Desk]) -> None:
    """Its name and role are as they were given; a clearance it has not."""
    admin = desk("administrator")
    form = {"name": "Reyes", "shown": "A. Reyes", "role": "analyst"}
    made = admin.post("/accounts", form)
    assert made.status_code == 201
    listed = admin.get("/accounts.json").json()["accounts"]
    (reyes,) = [each for each in listed if each["name"] == "reyes"]
    assert (reyes["shown"], reyes["role"], reyes["cleared"]) == ("A. Reyes", "analyst", False)
    assert admin.post("/accounts", form).status_code == 400


@pytest.mark.parametrize("name", ["", "a b", "<b>", "ŕeyes", "x" * 61])
def test_a_name_that_is_none_is_refused(desk: Callable[..., Desk], name: str) -> None:
    """With the characters that it may have."""
    answer = desk("administrator").post("/accounts", {"name": name, "role": "viewer"})
    assert answer.status_code == 400


def test_who_is_switched_off_is_signed_out(desk: Callable[..., Desk]) -> None:
    """At once, and cannot sign in again."""
    admin, one = desk("administrator"), desk("analyst")
    assert one.get("/queue").status_code == 200
    path = f"/accounts/{one.account.id}"
    assert admin.post(path, {"role": "analyst"}).status_code == 303
    assert one.get("/queue").status_code == 303
    assert admin.post(f"{path}/erasure").status_code == 303
    listed = admin.get("/accounts.json").json()["accounts"]
    assert [each["shown"] for each in listed if each["id"] == one.account.id] == [
        f"account {one.account.id}"
    ]


def test_the_last_administrator_stays(desk: Callable[..., Desk]) -> None:
    """An administrator cannot lock everyone out."""
    admin = desk("administrator")
    path = f"/accounts/{admin.account.id}"
    assert admin.post(path, {"role": "viewer", "active": "true"}).status_code == 400
    assert admin.post(path, {"role": "administrator"}).status_code == 400
    assert admin.get("/accounts").status_code == 200


@pytest.mark.parametrize(("role", "sees"), [("viewer", 403), ("analyst", 403), ("supervisor", 200)])
def test_others_keep_no_accounts(desk: Callable[..., Desk], role: str, sees: int) -> None:
    """Whatever they send; who may vouch for others sees which accounts there are."""
    one = desk(role)
    path = f"/accounts/{one.account.id}"
    form = {"role": "administrator", "active": "true"}
    assert one.get("/accounts").status_code == sees
    answers = [one.post("/accounts", {"name": "x", "role": "viewer"}), one.post(path, form)]
    answers += [one.post(f"{path}/opening"), one.post(f"{path}/erasure")]
    assert [each.status_code for each in answers] == [403] * 4


def test_a_password_is_changed_by_who_knows_it(desk: Callable[..., Desk], node: Node) -> None:
    """Other sessions and all tokens end; the audit log records it, without the password."""
    one = desk("analyst")
    with node.change(None) as work:
        set_password(work, one.account.id, hash_password(PASSWORD, name="analyst"))
    with node.change(None) as work:
        one = Desk(one.client, one.account, begin_session(work, one.account, ""))
    token = one.send("/account/tokens", {"name": "a script", "rights": ["see"], "days": 7})
    program = {"authorization": f"Bearer {token.json()['secret']}"}
    assert one.client.get("/queue.json", headers=program).status_code == 200
    new = "slack water after dawn"
    wrong = {"present": "no", "password": new, "again": new}
    assert one.post("/account/password", wrong).status_code == 400
    right = {"present": PASSWORD, "password": new, "again": new}
    answer = one.post("/account/password", right)
    assert answer.status_code == 303
    assert "tidewaiter_session=" in answer.headers["set-cookie"]
    assert one.get("/account").status_code == 303
    assert one.client.get("/queue.json", headers=program).status_code == 401
    with node.read() as work:
        told = "".join(each.details for each in audit_entries(work, rows=10_000))
    assert new not in told


def test_a_token_is_shown_once_and_taken_back(desk: Callable[..., Desk]) -> None:
    """No list contains its secret."""
    one = desk("analyst")
    made = one.send("/account/tokens", {"name": "a script", "rights": ["see"], "days": 7})
    assert made.status_code == 201
    secret = made.json()["secret"]
    headers = {"authorization": f"Bearer {secret}"}
    assert one.client.get("/queue.json", headers=headers).status_code == 200
    assert secret not in one.get("/account").text + one.get("/account.json").text
    more = one.send("/account/tokens", {"name": "more", "rights": ["administer"], "days": 7})
    assert more.status_code == 400
    number = made.json()["token"]["id"]
    assert one.post(f"/account/tokens/{number}/end").status_code == 303
    assert one.client.get("/queue.json", headers=headers).status_code == 401


def test_a_language_is_kept(desk: Callable[..., Desk]) -> None:
    """The page says in which language it is."""
    one = desk("viewer")
    assert one.post("/account/language", {"language": "fr"}).status_code == 303
    assert '<html lang="fr" dir="ltr">' in one.get("/account").text
    assert one.post("/account/language", {"language": "xx"}).status_code == 400
    assert one.post("/account/language", {"language": ""}).status_code == 303
    assert (
        '<html lang="es" dir="ltr">'
        in one.get("/account", {"accept-language": "es-MX, en;q=0.5"}).text
    )


def test_an_administrator_alone_works_as_an_analyst_too(
    desk: Callable[..., Desk], node: Node
) -> None:
    """At once, with no right of a second officer; it ends by a click, and each is in the audit."""
    admin = desk("administrator")
    name = admin.alerts()[0]
    held = {"verdict": "hold", "reason": "inspect", "seen": "0"}
    assert admin.post(f"/alerts/{name}/decision", held).status_code == 403
    assert "Also work as an analyst" in admin.get("/queue").text
    assert admin.post("/account/analyst", {"analyst": "true", "next": "/queue"}).status_code == 303
    assert admin.post(f"/alerts/{name}/decision", held).status_code == 303
    assert admin.get("/accounts").status_code == 200
    rights = admin.get("/account.json").json()["rights"]
    assert ("upload" in rights, "approve" in rights) == (True, False)
    assert admin.post("/account/analyst").status_code == 303
    assert admin.post(f"/alerts/{name}/undo", {"seen": "1"}).status_code == 403
    with node.read() as work:
        actions = [entry.action for entry in audit_entries(work)]
    assert "administrator works as analyst" in actions
    assert "administrator is no analyst" in actions


def test_who_keeps_the_accounts_does_not_decide_beside_officers(desk: Callable[..., Desk]) -> None:
    """Nor is anyone but an administrator given more by it; a new role ends it."""
    admin, officer = desk("administrator"), desk("analyst")
    assert "Also work as an analyst" not in admin.get("/queue").text
    assert admin.post("/account/analyst", {"analyst": "true"}).status_code == 400
    assert officer.post("/account/analyst", {"analyst": "true"}).status_code == 403
    assert "upload" not in admin.get("/account.json").json()["rights"]


def test_another_role_ends_what_an_administrator_had_beside(desk: Callable[..., Desk]) -> None:
    """A viewer who was one sees, and does no more."""
    admin, other = desk("administrator", "one"), desk("administrator", "other")
    assert admin.post("/account/analyst", {"analyst": "true"}).status_code == 303
    path = f"/accounts/{admin.account.id}"
    assert other.post(path, {"role": "administrator", "active": "true"}).status_code == 303
    assert "decide" in admin.get("/account.json").json()["rights"]
    assert other.post(path, {"role": "viewer", "active": "true"}).status_code == 303
    assert admin.get("/account.json").json()["rights"] == ["see"]
