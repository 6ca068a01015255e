"""The description of the API, and whether the API keeps to it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from litestar import Litestar
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from tests.web.conftest import OURS

from tidewaiter.accounts.roles import Role, rights_of
from tidewaiter.store.accounts import NewAccount, add_account
from tidewaiter.store.sessions import User
from tidewaiter.store.tokens import add_token
from tidewaiter.web.app import make_app
from tidewaiter.web.node import Node
from tidewaiter.web.openapi import description

# The first asks under a name that this server does not have; the second knows no codes.
_NOT_OURS = [ignored_auth, positive_data_acceptance]
_EXAMPLES = 12  # of each action


@pytest.fixture
def app(node: Node) -> Litestar:
    """Make the application."""
    return make_app(node)


def _headers(node: Node, role: Role) -> dict[str, str]:
    """Make a token with all rights of a role."""
    with node.change(None) as work:
        account = add_account(work, NewAccount(name=f"robot-{role}", role=role))
        user = User(account=account, rights=rights_of(role), session="")
        _, secret = add_token(work, user, "test", user.rights, node.now() + timedelta(days=1))
    return {"authorization": f"Bearer {secret}"}


def _operations(schema: Any) -> Iterator[Any]:
    for each in schema.get_all_operations():
        yield each.ok()


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_the_api_keeps_to_its_description(app: Litestar, node: Node, role: Role) -> None:
    """Whatever is sent, it answers as described, and never by an error of ours."""
    headers = _headers(node, role)
    schema = schemathesis.openapi.from_dict(description(app))
    schema.app = app
    seen = 0
    for operation in _operations(schema):
        seen += 1

        @settings(
            max_examples=_EXAMPLES, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call(headers=headers, base_url=OURS)
            assert answer.status_code < 500, (case.method, case.path, answer.text)
            case.validate_response(answer, headers=headers, excluded_checks=_NOT_OURS)

        ask()
    assert seen > 10


def test_every_address_for_programs_is_described(app: Litestar) -> None:
    """With a summary, the right that it needs, and what it answers."""
    told = description(app)
    names = [op["operationId"] for path in told["paths"].values() for op in path.values()]
    assert len(names) == len(set(names))
    for path in told["paths"].values():
        for operation in path.values():
            assert operation["summary"].endswith(".")
            assert "right" in operation["description"]
            assert operation["responses"]
