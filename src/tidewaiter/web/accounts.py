"""Accounts: who may sign in, as whoever keeps them sees them."""

from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.accounts.roles import Role
from tidewaiter.base.records import Record
from tidewaiter.store.accounts import Account, NewAccount, accounts, add_account
from tidewaiter.store.sessions import invite
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may


class AccountsPage(Record, frozen=True, kw_only=True):
    """All accounts."""

    accounts: tuple[Account, ...]


class NewName(Record, frozen=True, kw_only=True):
    """An account to be made."""

    name: str
    role: Role
    shown: str = ""
    cleared: bool = False


class Invitation(Record, frozen=True, kw_only=True):
    """A link by which the owner of an account sets a password, once."""

    account: Account
    link: str


@get("/accounts", guards=[may("administer")], sync_to_thread=True)
def accounts_page(request: Asked, node: TheNode) -> Response[AccountsPage]:
    """Show all accounts."""
    with node.read() as work:
        page = AccountsPage(accounts=tuple(accounts(work)))
    return reply(request, "accounts.html", page)


@post("/accounts", guards=[may("administer")], sync_to_thread=True)
def make_account(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[NewName]
) -> Response[Invitation]:
    """Make an account, and the link by which its owner sets a password."""
    new = NewAccount(name=data.name, role=data.role, shown=data.shown, cleared=data.cleared)
    with node.change(user) as work:
        made = add_account(work, new)
        secret = invite(work, made.id)
    link = node.address(f"/welcome/{secret}")
    return reply(request, "invited.html", Invitation(account=made, link=link), status=201)


HANDLERS = [accounts_page, make_account]
