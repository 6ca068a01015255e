"""The command `tidewaiter accounts`: account recovery on the server."""

import click

from tidewaiter.base.errors import MissingError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line, visible
from tidewaiter.cli.core.options import found_or_hint, json_option, needs_db
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.accounts.sessions import INVITATION, invite
from tidewaiter.store.accounts.users import Account, set_clearance
from tidewaiter.store.accounts.users import accounts as stored_accounts
from tidewaiter.store.core.database import Work, open_database


@click.group()
def accounts() -> None:
    """List accounts, and restore access when nobody can do it in the web pages.

    Accounts are normally managed in the web pages. Use these commands on the server when the only
    administrator has lost a password, or when no one with clearance remains. Every change is
    recorded in the audit log.

    Example: tidewaiter accounts list --db cases.db
    """


@accounts.command(name="list")
@needs_db
@json_option
def list_(db: str, *, as_json: bool) -> None:
    """List accounts by name.

    Example: tidewaiter accounts list --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        found = stored_accounts(work)
    hint = "the first start of tidewaiter serve creates an account"
    for each in found_or_hint(found, hint):
        click.echo(english_json(each) if as_json else _line(each))


@accounts.command()
@click.argument("name")
@needs_db
def link(name: str, db: str) -> None:
    """Print a one-time link with which the owner of account NAME sets a password.

    Anyone with the link can take over the account, so keep it confidential.

    Example: tidewaiter accounts link admin --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        account = _named(work, name)
        secret = invite(work, account.id)
    click.echo(f"/welcome/{secret}")
    click.echo(
        "Open this path on your server. The link works once and expires in "
        f"{INVITATION.days} days.",
        err=True,
    )


@accounts.command()
@click.argument("name")
@needs_db
@click.option("--withdraw", is_flag=True, help="Withdraw the clearance.")
def clear(name: str, db: str, *, withdraw: bool) -> None:
    """Give account NAME clearance to see authority-only information.

    In the web pages, only people with clearance can give it to others.

    Example: tidewaiter accounts clear reyes --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        account = _named(work, name)
        set_clearance(work, account.id, cleared=not withdraw, giver=None)
    done = "no longer has clearance" if withdraw else "has clearance"
    click.echo(visible(f"{account.name} {done}"), err=True)


def _named(work: Work, name: str) -> Account:
    """Return the active account with a name.

    Raises:
        MissingError: No active account has this name.
    """
    wanted = name.strip().lower()
    for each in stored_accounts(work):
        if each.name == wanted and each.active:
            return each
    raise MissingError("cli/no-active-account", name=name[:60])


def _line(account: Account) -> str:
    state = ("cleared" if account.cleared else "", "" if account.active else "switched off")
    told = (account.name, account.shown, account.role, *filter(None, state))
    return as_line("  ".join(told))
