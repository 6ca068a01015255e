"""What the pages of cases share: who looks, what a form brings, and the way back."""

from typing import Annotated

import msgspec
from litestar import Response

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.casework.caserules import Asked as Wanted
from tidewaiter.casework.cases import Case, Viewer
from tidewaiter.casework.steps import AnyContent, Step
from tidewaiter.store.accounts import account_key, accounts
from tidewaiter.store.cases import find_case, take_step
from tidewaiter.store.database import Work
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked
from tidewaiter.web.node import Node
from tidewaiter.web.replies import done

Words = Annotated[str, msgspec.Meta(max_length=20_000)]
Short = Annotated[str, msgspec.Meta(max_length=200)]


def viewer_of(user: User) -> Viewer:
    """Return who looks at cases."""
    return Viewer(
        name=account_key(user.account.id), rights=user.rights, cleared=user.account.cleared
    )


def case_for(work: Work, user: User, number: int) -> Case:
    """Read a case that a user may see.

    Raises:
        MissingError: There is none for them.
    """
    case = find_case(work, viewer_of(user), number)
    if case is None:
        raise MissingError(f"there is no case {number}", hint="look it up in the list of cases")
    return case


def step_taken(
    request: Asked, node: Node, user: User, number: int, wanted: Wanted, *, part: str = ""
) -> Response[Step]:
    """Take a step in a case, and go back to its page.

    Args:
        request: What is asked.
        node: The installation.
        user: Who asks.
        number: Of the case.
        wanted: The step.
        part: Of the page to go back to.
    """
    with node.change(user) as work:
        step = take_step(work, viewer_of(user), number, wanted)
        gone = find_case(work, viewer_of(user), number) is None
    address = "/cases" if gone else f"/cases/{number}{f'#{part}' if part else ''}"
    return done(request, step, address)


def added(content: AnyContent, *, restricted: bool = False, about: int | None = None) -> Wanted:
    """Return a step that only adds."""
    return Wanted(content=content, restricted=restricted, about=about)


def decided(content: AnyContent, seen: int) -> Wanted:
    """Return a step that decides, and so must rest on all that came before."""
    return Wanted(content=content, seen=seen)


def active_people(work: Work) -> dict[str, str]:
    """Return how those who may sign in are read, by how trails name them."""
    return {account_key(each.id): each.shown for each in accounts(work) if each.active}


def known_person(node: Node, who: str) -> str:
    """Return how trails name an account.

    Raises:
        InputError: There is no such account.
    """
    if who not in node.people():
        raise InputError(f'there is no account "{who[:80]}"', hint="choose one from the list")
    return who
