"""The description of the API, and whether the API keeps to it."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)
from tests.web.conftest import OURS, Desk
from tests.web.filling import Real, fill, found_at

from tidewaiter.accounts.passwords import Limiter
from tidewaiter.accounts.roles import Role, rights_of
from tidewaiter.store.accounts.sessions import User, add_token
from tidewaiter.web.core import api_examples as examples
from tidewaiter.web.core.app import make_app
from tidewaiter.web.core.node import Node
from tidewaiter.web.core.openapi import description

# The first asks under a name that this server does not have; the second is about what we never
# send, and takes the bytes of a file for it; the third knows no codes.
_NOT_OURS = [ignored_auth, negative_data_rejection, positive_data_acceptance]
_EXAMPLES = 4  # of each action
_SLOW = {
    "receive_files": 3,
    "set_reading": 3,  # a process reads each file
}
_PATIENCE = 120.0  # seconds
_FILES = (b"goods\nacetone\n", b"Alpha;Beta\nacetone;x\n", b"", b"\x00\xff\n")


@pytest.fixture
def app(node: Node) -> Litestar:
    """Make the application."""
    return make_app(node)


def _known(node: Node, who: Desk) -> dict[str, dict[str, str]]:
    """Let a program of a supervisor ask by a token, and an administrator by hand."""
    if who.account.role == "administrator":
        name, _, secret = who.cookie()["cookie"].partition("=")
        headers = {"x-csrf-token": who.token(), "content-type": "application/json"}
        return {"headers": headers, "cookies": {name: secret}}
    user = User(account=who.account, rights=rights_of(who.account.role), session="")
    with node.change(None) as work:
        _, secret = add_token(work, user, "test", user.rights, node.now() + timedelta(days=1))
    return {"headers": {"authorization": f"Bearer {secret}"}}


def _operations(schema: Any) -> Iterator[Any]:
    for each in schema.get_all_operations():
        yield each.ok()


def _made_real(case: Any, real: Real, chance: random.Random, who: Desk, share: float) -> None:
    """Let a case be of something that is there: a share of them, and of what they send."""
    for name in case.path_parameters:
        if chance.random() < share:
            case.path_parameters[name] = chance.choice(found_at(real, case.path, name))
    operation = _name(case.operation)
    if case.media_type == "multipart/form-data":
        case.body = {"files": [chance.choice(_FILES)]}
    elif operation in examples.BODIES and chance.random() < share:
        case.body = examples.body(operation)
    if isinstance(case.body, dict):
        for name, some in _fields(real).items():
            if name in case.body and chance.random() < 0.5:
                several = isinstance(case.body[name], list) and name != "field"
                case.body[name] = [chance.choice(some)] if several else chance.choice(some)
        case.body |= _seen(case, who) if chance.random() < 0.5 else {}


def _seen(case: Any, who: Desk) -> dict[str, int]:
    """Return the last step of a case's subject, as a user who has just looked would send it."""
    names = {"seen", "version"} & set(case.body)
    if not names or not case.path_parameters:
        return {}
    first = next(iter(case.path_parameters.values()))
    answer = who.get(f"/{case.path.split('/')[1]}/{quote(str(first), safe='')}.json")
    if answer.status_code != 200:
        return {}
    told = answer.json()
    places = (
        ("case", "last"),
        ("rule", "last"),
        ("standing", "decided"),
        ("upload", "version"),
        ("stands", "seen"),
        ("draft", "version"),
    )
    now = next((told[part][name] for part, name in places if part in told), None)
    return dict.fromkeys(names, now or 0)


def _fields(real: Real) -> Real:
    """Return what there is for fields of bodies, by their names."""
    people, numbers = ["account 1", "account 2", "account 99"], range(12)
    return {
        **dict.fromkeys(("who", "user", "owner"), people),
        **dict.fromkeys(("seen", "version", "step", "source", "about", "number"), numbers),
        "alert": real["/alerts/{name}"],
        "case": [1, 2],
        "other": real["/parties/{number}"],
        "to": ["anna", "chief"],
        "field": [["x"] * 8],
        "map": ["goods=Alpha"],
    }


def _name(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def _ask(
    operation: Any, real: Real, who: Desk, known: dict[str, dict[str, str]], share: float = 0.5
) -> Counter[int]:
    """Try an operation with existing and missing objects; count the answers by status."""
    answered: Counter[int] = Counter()

    @settings(
        max_examples=_SLOW.get(_name(operation), _EXAMPLES),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), chance=st.randoms(use_true_random=False))
    def ask(case: Any, chance: random.Random) -> None:
        _made_real(case, real, chance, who, share)
        (case.headers or {}).pop("Authorization", None)  # a made-up token would go before ours
        answer = case.call(base_url=OURS, timeout=_PATIENCE, **known)
        answered[answer.status_code] += 1
        assert answer.status_code < 500, (case.method, case.path, case.body, answer.text)
        case.validate_response(answer, headers=known["headers"], excluded_checks=_NOT_OURS)

    ask()
    return answered


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_the_api_keeps_to_its_description(
    app: Litestar, node: Node, desk: Callable[..., Desk], role: Role
) -> None:
    """For existing and missing objects, it answers as described, without a server error."""
    node.users = Limiter(1_000_000, 60.0)
    real = fill(node, desk)
    schema = schemathesis.openapi.from_dict(description(app))
    schema.app = app
    told: dict[str, Counter[int]] = {}
    for operation in _operations(schema):
        # Another one each time, as they may end their own session or token.
        who = desk(role, f"robot-{len(told)}", cleared=True)
        name, known = _name(operation), _known(node, who)
        told[name] = _ask(operation, real, who, known)
        if not {200, 201} & set(told[name]) and set(told[name]) != {403}:  # it was bad luck
            told[name] += _ask(operation, real, who, known, share=1.0)
    done = [name for name, answers in told.items() if {200, 201} & set(answers)]
    refused = [name for name, answers in told.items() if set(answers) == {403}]
    assert len(done) > 0.7 * (len(told) - len(refused))


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
