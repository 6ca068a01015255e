"""What the forms of the pages send: fields that their addresses know, and no others."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient
from tests.web.accounts.test_signing import HERE
from tests.web.conftest import PASSWORD, Desk
from tests.web.filling import Real, fill, found_at

from tidewaiter.accounts.roles import Role
from tidewaiter.store.accounts.sessions import invite
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.web.core.app import HANDLERS
from tidewaiter.web.core.node import Node

_ROUTES = [each for each in HANDLERS if isinstance(each, HTTPRouteHandler)]


class Forms(HTMLParser):
    """The forms of a page that send fields and no file: each address, with the fields' values."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._named: dict[str, dict[str, str]] = {}
        self._here: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a form begins, and what belongs to it."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._here = self._named.setdefault(said.get("id", ""), {}) if "id" in said else {}
            if said.get("method") == "post" and "enctype" not in said:
                self.forms.append((said["action"].partition("?")[0], self._here))
        elif tag in {"input", "select", "textarea", "button"} and said.get("name"):
            apart = said.get("form")  # it may precede its form
            fields = self._named.setdefault(apart, {}) if apart else self._here
            fields[said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Note where a form ends."""
        if tag == "form":
            self._here = {}


def _known(path: str) -> set[str]:
    """Return the fields that an address takes, and what is taken off before it sees them."""
    for route in _ROUTES:
        some = (re.sub(r"{\w+:\w+}", "[^/]+", each) for each in route.paths)
        if "POST" in route.http_methods and any(re.fullmatch(each, path) for each in some):
            data: Any = route.fn.__annotations__.get("data")
            return {"csrf", *(get_args(data)[0].__struct_fields__ if data else ())}
    pytest.fail(f"no address takes what is sent to {path}")


def _pages(real: Real) -> Iterator[str]:
    """Yield the address of each page, with whatever is there."""
    for route in _ROUTES:
        for path in sorted(route.paths) if "GET" in route.http_methods else ():
            shown = re.sub(r"{(\w+):\w+}", r"{\1}", path)
            names = re.findall(r"{(\w+)}", shown)
            if not names:
                yield shown
            elif f"{shown.partition('}')[0]}}}" in real:
                first, *others = names
                more = {name: found_at(real, shown, name)[0] for name in others}
                yield from (
                    shown.format(**{first: n}, **more) for n in found_at(real, shown, first)
                )


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_each_form_sends_what_its_address_knows(
    node: Node, desk: Callable[..., Desk], role: Role
) -> None:
    """A field too many would be answered by an error, whatever a person filled in."""
    real, eve = fill(node, desk), desk(role, "eve", cleared=True)
    answers = [(page, eve.get(page)) for page in _pages(real)]
    forms = [
        (page, action, set(fields))
        for page, answer in answers
        if answer.headers.get("content-type", "").startswith("text/html")
        for action, fields in Forms(answer.text).forms
    ]
    strange = [
        (page, action, name)
        for page, action, fields in forms
        for name in fields
        if name.partition(".")[0] not in _known(action)
    ]
    assert strange == []
    assert len({action for _, action, _ in forms}) > (10 if role == "administrator" else 50)


def test_a_link_sets_a_password_by_the_form_of_its_page(
    node: Node, stranger: "TestClient[Any]"
) -> None:
    """All fields of the form are sent, as a browser does."""
    with node.change(None) as work:
        made = add_account(work, NewAccount(name="reyes", role="analyst"))
        path = f"/welcome/{invite(work, made.id)}"
    ((action, fields),) = (each for each in Forms(stranger.get(path).text).forms if path in each)
    filled = {**fields, "password": PASSWORD, "again": PASSWORD}
    answer = stranger.post(action, data=filled, headers=HERE, follow_redirects=False)
    assert answer.status_code == 303, answer.text
