"""What is not for someone: by no address of the application is it read, changed, or told of."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import select
from tests.web.conftest import Desk
from tests.web.filling import Real, fill, found_at

from tidewaiter.accounts.roles import Role, rights_of
from tidewaiter.store.core.columns import METADATA
from tidewaiter.web.core import api_examples as examples
from tidewaiter.web.core.app import make_app
from tidewaiter.web.core.node import Node

_NOBODYS = {"/cases/{number}": 9_999, "/alerts/{name}": "000000000000000000000000"}
_OURS = {"session", "account"}  # a session is noted as seen, an account is made for the test


class Way(NamedTuple):
    """A method of an address, and its handler."""

    method: str
    path: str  # like "/cases/{number}/notes"
    handler: HTTPRouteHandler


def ways_of(app: Litestar, start: str) -> list[Way]:
    """Return every way below a path; a new one is among them without being named here."""
    found = [
        Way(method, re.sub(r"{(\w+):\w+}", r"{\1}", route.path), handler)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        for method in sorted(handler.http_methods)
    ]
    return [each for each in found if each.path.startswith(start) and each.method != "OPTIONS"]


def _address(way: Way, real: Real) -> str:
    """Fill a path with what is there."""
    return re.sub(r"{(\w+)}", lambda found: str(found_at(real, way.path, found[1])[0]), way.path)


def _try(who: Desk, way: Way, address: str) -> Iterator[httpx.Response]:
    """Ask for a page and its record, or send what the description of the API shows."""
    headers = who._headers({"x-csrf-token": who.token()})
    if way.method != "POST":
        for each in (address, f"{address}.json"):
            yield who.client.request(way.method, each, headers=headers, follow_redirects=False)
    elif way.handler.handler_name in examples.BODIES:
        yield who.send(address, examples.body(way.handler.handler_name))
    else:
        files = {"file": ("a.txt", b"x", "text/plain")}
        yield who.client.post(f"{address}.json", files=files, headers=headers)


def _kept(node: Node) -> Mapping[str, list[Any]]:
    """Read all that is stored, but for sessions and accounts."""
    with node.read() as work:
        return {
            table.name: [tuple(row) for row in work.connection.execute(select(table))]
            for table in METADATA.sorted_tables
            if table.name not in _OURS
        }


def _masked(text: str, *names: str) -> str:
    for name in names:
        text = text.replace(name, "N")
    return re.sub(r'value="[0-9a-f]{90,}"', "", text)


def _right(way: Way) -> str:
    rights = (str(getattr(each, "right", "")) for each in way.handler.guards or ())
    return next(filter(None, rights))


@pytest.mark.parametrize("role", ["viewer", "analyst", "administrator"])
def test_anothers_case_is_not_there(node: Node, desk: Callable[..., Desk], role: Role) -> None:
    """Non-members get the answer for a case that does not exist, and nothing changes."""
    real, eve = fill(node, desk), desk(role, "eve")
    never = {**real, "/cases/{number}": [_NOBODYS["/cases/{number}"]]}
    ways = ways_of(make_app(node), "/cases/{number}")
    before = _kept(node)
    for way in ways:
        status = 404 if _right(way) in rights_of(role) else 403
        answers = list(_try(eve, way, _address(way, real)))
        others = list(_try(eve, way, _address(way, never)))
        for answer, other in zip(answers, others, strict=True):
            assert (way, answer.status_code) == (way, status), answer.text
            assert "secret" not in answer.text
            assert "Drums" not in answer.text
            if way.method == "POST":
                told, same = _masked(answer.text, " 1"), _masked(other.text, " 9999")
                assert told == same, way
    assert _kept(node) == before
    assert len(ways) > 25


def test_who_is_not_cleared_finds_no_restricted_alert(
    node: Node, desk: Callable[..., Desk]
) -> None:
    """Whatever their rights: it is as if it had never been, and nothing has changed."""
    real, eve = fill(node, desk), desk("supervisor", "eve")
    cleared = desk("supervisor", "cleared", cleared=True)
    hidden = {**real, "/alerts/{name}": [real["/alerts/{name}"][5]]}
    never = {**real, "/alerts/{name}": [_NOBODYS["/alerts/{name}"]]}
    ways = ways_of(make_app(node), "/alerts/{name}")
    name, nobody = str(hidden["/alerts/{name}"][0]), str(_NOBODYS["/alerts/{name}"])
    title = cleared.get(f"/alerts/{name}.json").json()["alert"]["title"]
    before = _kept(node)
    for way in ways:
        answers = list(_try(eve, way, _address(way, hidden)))
        others = list(_try(eve, way, _address(way, never)))
        for answer, other in zip(answers, others, strict=True):
            assert (way, answer.status_code) == (way, 404), answer.text
            assert title not in answer.text
            assert _masked(answer.text, name) == _masked(other.text, nobody), way
    assert _kept(node) == before
    for way in ways:
        if way.method == "GET":
            assert [each.status_code for each in _try(cleared, way, _address(way, hidden))] == [
                200,
                200,
            ]
    assert len(ways) > 7
