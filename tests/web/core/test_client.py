"""The client against a real application: what the pages show, and what they do."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from tests.web.conftest import OURS, client_for

from tidewaiter.accounts.roles import Role, rights_of
from tidewaiter.base.errors import template_of
from tidewaiter.client import Client, RefusedError
from tidewaiter.store.accounts.sessions import User, add_token
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.web.core.node import Node

Made = Callable[..., Client]


@pytest.fixture
def client(node: Node) -> Iterator[Made]:
    """Make a client with all rights of a role."""

    def make(role: Role = "supervisor") -> Client:
        with node.change(None) as work:
            account = add_account(work, NewAccount(name=role, role=role))
            user = User(account=account, rights=rights_of(role), session="")
            _, secret = add_token(work, user, "a test", user.rights, node.now() + timedelta(1))
        return Client(OURS, secret, http=http)

    with client_for(node) as http:
        yield make


def test_a_program_works_through_the_queue(client: Made) -> None:
    """It reads, decides, and takes back."""
    with client() as tide:
        first = tide.queue().rows[0]
        page = tide.alert(first.alert.id)
        assert page.alert == first.alert
        held = tide.decide(page.standing, "hold", "inspect", note="from a script")
        assert held.status == "held"
        assert tide.alert(first.alert.id).trail[0].note == "from a script"
        assert tide.undo(held).status == "open"
        assert tide.assign(first.alert.id, "supervisor").assignee == "supervisor"


def test_what_another_decided_is_told_as_a_conflict(client: Made) -> None:
    """With the status by which a program knows it."""
    with client() as tide:
        seen = tide.queue().rows[0].standing
        tide.decide(seen, "hold", "inspect")
        with pytest.raises(RefusedError) as caught:
            tide.decide(seen, "release", "permitted")
        assert caught.value.status == 409
        assert caught.value.problem.code == "store/alert-decided-since-you-looked"


def test_what_a_token_may_not_do_is_told(client: Made) -> None:
    """And what is not there, and who does not answer."""
    with client("viewer") as tide:
        seen = tide.queue().rows[0].standing
        with pytest.raises(RefusedError) as caught:
            tide.decide(seen, "hold", "inspect")
        assert (caught.value.status, caught.value.problem.code) == (403, "")
        with pytest.raises(RefusedError) as caught:
            tide.alert("nothing")
        assert (caught.value.status, caught.value.problem.code) == (404, "web/no-alert")
        assert caught.value.hint == template_of("web/no-alert")["hint"]
    with Client("http://127.0.0.1:9", "x") as nobody, pytest.raises(RefusedError) as caught:
        nobody.queue()
    assert caught.value.status == 0


def test_the_audit_is_read_to_its_first_entry(client: Made, node: Node) -> None:
    """Page by page, without a gap."""
    with node.change(None) as work:
        for number in range(150):
            add_account(work, NewAccount(name=f"person-{number}", role="viewer"))
    with client() as tide:
        numbers = [entry.number for page in tide.audit() for entry in page.entries]
        assert numbers == list(range(len(numbers), 0, -1))
        assert tide.verify_audit().entries == len(numbers)
