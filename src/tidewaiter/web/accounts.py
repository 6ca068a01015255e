"""Accounts: who may sign in, as whoever keeps them sees them."""

from typing import Annotated, get_args

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.accounts.roles import Role, load_roles
from tidewaiter.base.records import Record
from tidewaiter.report.languages import words
from tidewaiter.store.accounts import (
    Account,
    NewAccount,
    account_of,
    accounts,
    add_account,
    set_role,
)
from tidewaiter.store.leaving import erase_name
from tidewaiter.store.sessions import invitations, invite
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import Number, TheNode, TheUser
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import by_hand, may

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
_KEEPS = [may("administer"), by_hand]


class AccountsPage(Record, frozen=True, kw_only=True):
    """All accounts."""

    accounts: tuple[Account, ...]
    invited: tuple[int, ...]  # those whose link is still open


class RoleChoice(Record, frozen=True, kw_only=True):
    """A role, and what it may do, in words."""

    code: Role
    says: str
    rights: tuple[str, ...]


class AccountsView(Record, frozen=True, kw_only=True):
    """The page of all accounts in words."""

    roles: tuple[RoleChoice, ...]


class NewName(Record, frozen=True, kw_only=True):
    """An account to be made."""

    name: Name
    role: Role
    shown: Annotated[str, msgspec.Meta(max_length=60)] = ""
    cleared: bool = False


class Change(Record, frozen=True, kw_only=True):
    """What an account may do from now on."""

    role: Role
    cleared: bool = False
    active: bool = False


class Invitation(Record, frozen=True, kw_only=True):
    """A link by which the owner of an account sets a password, once."""

    account: Account
    link: str


@get("/accounts", guards=[may("administer")], sync_to_thread=True)
def accounts_page(request: Asked, node: TheNode) -> Response[AccountsPage]:
    """Show all accounts."""
    with node.read() as work:
        page = AccountsPage(
            accounts=tuple(accounts(work)), invited=tuple(invitations(work, node.now()))
        )
    return reply(request, "accounts.html", page, view=lambda: AccountsView(roles=_roles()))


@post("/accounts", guards=_KEEPS, sync_to_thread=True, makes=True)
def make_account(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[NewName]
) -> Response[Invitation]:
    """Make an account, and the link by which its owner sets a password."""
    new = NewAccount(name=data.name, role=data.role, shown=data.shown, cleared=data.cleared)
    with node.change(user) as work:
        made = add_account(work, new)
        secret = invite(work, made.id)
    return _invited(request, node, made, secret)


@post("/accounts/{number:int}", guards=_KEEPS, sync_to_thread=True)
def change_account(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Change]
) -> Response[Account]:
    """Say what an account may do; one that is switched off is signed out at once."""
    with node.change(user) as work:
        set_role(work, number, data.role, cleared=data.cleared, active=data.active)
        changed = account_of(work, number)
    return done(request, changed, "/accounts")


@post("/accounts/{number:int}/invitation", guards=_KEEPS, sync_to_thread=True, makes=True)
def invite_again(
    request: Asked, node: TheNode, user: TheUser, number: Number
) -> Response[Invitation]:
    """Make a new link for someone who has lost the link, or the password."""
    with node.change(user) as work:
        account = account_of(work, number)
        secret = invite(work, number)
    return _invited(request, node, account, secret)


@post("/accounts/{number:int}/erasure", guards=_KEEPS, sync_to_thread=True)
def erase_account(
    request: Asked, node: TheNode, user: TheUser, number: Number
) -> Response[Account]:
    """Erase the name of someone who has left; what they did stays, under the account's number."""
    with node.change(user) as work:
        erased = erase_name(work, number)
    return done(request, erased, "/accounts")


def _invited(request: Asked, node: TheNode, account: Account, secret: str) -> Response[Invitation]:
    invitation = Invitation(account=account, link=node.address(f"/welcome/{secret}"))
    return reply(request, "invited.html", invitation, status=201)


def _roles() -> tuple[RoleChoice, ...]:
    rules = load_roles()
    return tuple(
        RoleChoice(
            code=role,
            says=words(rules.role[role].says),
            rights=tuple(
                words(rules.right[each]) for each in rules.right if each in rules.role[role].rights
            ),
        )
        for role in get_args(Role)
    )


HANDLERS = [accounts_page, make_account, change_account, invite_again, erase_account]
