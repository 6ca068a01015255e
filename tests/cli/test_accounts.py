"""`tidewaiter accounts`: for the server's operator, where the web pages cannot help."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from tidewaiter.store.accounts.sessions import invited
from tidewaiter.store.accounts.users import NewAccount, account_of, add_account
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core.database import Stamp, open_database

Call = Callable[..., Result]
STAMP = Stamp(who="anna", at=datetime(2026, 3, 1, 12, tzinfo=UTC))
DB = ("--db", "cases.db")


@pytest.fixture
def admin(here: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Make a database with one account."""
    monkeypatch.setenv("TIDEWAITER_KEY", str(here / "node.key"))
    with open_database("cases.db") as database, database.work(STAMP) as work:
        return add_account(work, NewAccount(name="admin", role="administrator")).id


def test_accounts_are_listed(admin: int, call: Call) -> None:
    """As lines, and as JSON with every field."""
    assert call("accounts", "list", *DB).output.split() == ["admin", "admin", "administrator"]
    told = json.loads(call("accounts", "list", *DB, "--json").output)
    assert (told["id"], told["name"], told["cleared"]) == (admin, "admin", False)


def test_a_link_opens_an_account(admin: int, call: Call) -> None:
    """It is for the named account, and the audit log has an entry."""
    done = call("accounts", "link", "Admin", *DB)
    assert done.exit_code == 0
    secret = done.stdout.strip().removeprefix("/welcome/")
    with open_database("cases.db") as database, database.work() as work:
        assert invited(work, secret, datetime.now(UTC)).id == admin
        assert "account invited" in {each.action for each in audit_entries(work, rows=100)}


def test_a_clearance_is_given_and_withdrawn(admin: int, call: Call) -> None:
    """If no account on the web pages can do so."""
    for words, cleared in (((), True), (("--withdraw",), False)):
        assert call("accounts", "clear", "admin", *DB, *words).exit_code == 0
        with open_database("cases.db") as database, database.work() as work:
            assert account_of(work, admin).cleared is cleared


@pytest.mark.parametrize("verb", ["link", "clear"])
def test_an_account_that_is_not_there_is_refused(admin: int, call: Call, verb: str) -> None:
    """With what would list them."""
    done = call("accounts", verb, f"nobody{admin}", *DB)
    assert done.exit_code == 2
    assert "accounts list" in done.output
