"""Accounts: administration of users, roles and clearances."""

from datetime import datetime
from typing import Annotated, get_args

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.accounts.roles import Role, load_roles
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import words
from tidewaiter.store.accounts.credentials import confirm_activation, open_account
from tidewaiter.store.accounts.sessions import opened_by
from tidewaiter.store.accounts.users import (
    Account,
    NewAccount,
    account_of,
    accounts,
    add_account,
    erase_name,
    may_clear,
    set_clearance,
    set_role,
)
from tidewaiter.store.audit import moment
from tidewaiter.web.core.node import Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import by_hand, may

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
_KEEPS = [may("administer"), by_hand]
_VOUCHES = [may("vouch"), by_hand]


class AccountsPage(Record, frozen=True, kw_only=True):
    """All accounts."""

    accounts: tuple[Account, ...]
    open: tuple[int, ...]  # with an open activation


class RoleChoice(Record, frozen=True, kw_only=True):
    """A role and its rights."""

    code: Role
    says: str
    rights: tuple[str, ...]


class AccountsView(Record, frozen=True, kw_only=True):
    """The page of all accounts, as displayed."""

    roles: tuple[RoleChoice, ...]
    clears: bool  # the reader may grant and withdraw clearances


class NewName(Record, frozen=True, kw_only=True):
    """An account to create."""

    name: Name
    role: Role
    shown: Annotated[str, msgspec.Meta(max_length=60)] = ""


class Change(Record, frozen=True, kw_only=True):
    """New role and state of an account."""

    role: Role
    active: bool = False


class Clearance(Record, frozen=True, kw_only=True):
    """Clearance of an account for restricted data."""

    cleared: bool = False


class Code(Record, frozen=True, kw_only=True):
    """The code read out by the account's owner."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Opened(Record, frozen=True, kw_only=True):
    """An account open for activation."""

    account: Account
    address: str  # of the activation page, the same for everyone
    until: str  # ISO 8601, UTC


@get("/accounts", guards=[may("vouch")], sync_to_thread=True)
def accounts_page(request: Asked, node: TheNode, user: TheUser) -> Response[AccountsPage]:
    """Show all accounts."""
    with node.read() as work:
        page = AccountsPage(accounts=tuple(accounts(work)), open=tuple(opened_by(work, node.now())))
        clears = may_clear(work, user.account)
    return reply(
        request,
        "accounts.html",
        page,
        view=lambda: AccountsView(roles=_roles(), clears=clears),
    )


@post("/accounts", guards=_KEEPS, sync_to_thread=True, makes=True)
def make_account(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[NewName]
) -> Response[Opened]:
    """Create an account and open it for activation."""
    new = NewAccount(name=data.name, role=data.role, shown=data.shown)
    with node.change(user) as work:
        made = add_account(work, new)
        until = open_account(work, made.id, user.account.id)
    return _opened(request, node, made, until)


@post("/accounts/{number:int}", guards=_KEEPS, sync_to_thread=True)
def change_account(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Change]
) -> Response[Account]:
    """Set the role of an account; disabling it ends its sessions at once."""
    with node.change(user) as work:
        set_role(work, number, data.role, active=data.active)
        changed = account_of(work, number)
    return done(request, changed, "/accounts")


@post("/accounts/{number:int}/clearance", guards=_VOUCHES, sync_to_thread=True)
def change_clearance(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Clearance]
) -> Response[Account]:
    """Grant or withdraw a clearance that one has."""
    with node.change(user) as work:
        set_clearance(work, number, cleared=data.cleared, giver=user.account)
        changed = account_of(work, number)
    return done(request, changed, "/accounts")


@post("/accounts/{number:int}/opening", guards=_KEEPS, sync_to_thread=True, makes=True)
def open_again(request: Asked, node: TheNode, user: TheUser, number: Number) -> Response[Opened]:
    """Let the owner of an account choose a first or new password."""
    with node.change(user) as work:
        account = account_of(work, number)
        until = open_account(work, number, user.account.id)
    return _opened(request, node, account, until)


@post("/accounts/{number:int}/confirmation", guards=_VOUCHES, sync_to_thread=True)
def confirm_owner(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Code]
) -> Response[Account]:
    """Confirm by the code read out that a password was chosen by the account's owner."""
    with node.change(user) as work:
        confirmed = confirm_activation(work, number, data.code, user.account)
    return done(request, confirmed, "/accounts")


@post("/accounts/{number:int}/erasure", guards=_KEEPS, sync_to_thread=True)
def erase_account(
    request: Asked, node: TheNode, user: TheUser, number: Number
) -> Response[Account]:
    """Erase the name of a former user; their actions stay under the account number."""
    with node.change(user) as work:
        erased = erase_name(work, number)
    return done(request, erased, "/accounts")


def _opened(request: Asked, node: TheNode, account: Account, until: datetime) -> Response[Opened]:
    opened = Opened(account=account, address=node.address("/activate"), until=moment(until))
    return reply(request, "opened.html", opened, status=201)


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


HANDLERS = [
    accounts_page,
    make_account,
    change_account,
    change_clearance,
    open_again,
    confirm_owner,
    erase_account,
]
