"""The command `tidewaiter accounts`: on the server, where the pages cannot help."""

import click

from tidewaiter.base.errors import MissingError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line, visible
from tidewaiter.cli.core.options import needs_db
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.accounts.sessions import INVITATION, invite
from tidewaiter.store.accounts.users import Account, set_clearance
from tidewaiter.store.accounts.users import accounts as stored_accounts
from tidewaiter.store.core.database import Work, open_database


@click.group()
def accounts() -> None:
    """List the accounts of a database, and open one where the pages cannot.

    Accounts are kept on the pages. These commands are for the person who runs the server: when the
    only administrator has lost their password, or nobody who is left has a clearance to give. What
    they change is in the audit.

    Example: tidewaiter accounts list --db cases.db
    """


@accounts.command(name="list")
@needs_db
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def list_(db: str, *, as_json: bool) -> None:
    """List accounts by name.

    Example: tidewaiter accounts list --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        found = stored_accounts(work)
    for each in found:
        click.echo(english_json(each) if as_json else _line(each))


@accounts.command()
@click.argument("name")
@needs_db
def link(name: str, db: str) -> None:
    """Print a link by which the owner of account NAME sets a password, once.

    Whoever has the link owns the account: it is for the person who reads this terminal.

    Example: tidewaiter accounts link admin --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        account = _named(work, name)
        secret = invite(work, account.id)
    click.echo(f"/welcome/{secret}")
    click.echo(
        f"Open this path at the address of the pages. It works once, for {INVITATION.days} days.",
        err=True,
    )


@accounts.command()
@click.argument("name")
@needs_db
@click.option("--withdraw", is_flag=True, help="Withdraw the clearance.")
def clear(name: str, db: str, *, withdraw: bool) -> None:
    """Give account NAME a clearance: it sees what is for the authority only.

    On the pages a clearance is given by people who have one.

    Example: tidewaiter accounts clear reyes --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        account = _named(work, name)
        set_clearance(work, account.id, cleared=not withdraw, giver=None)
    done = "has no clearance any more" if withdraw else "is cleared"
    click.echo(visible(f"{account.name} {done}"), err=True)


def _named(work: Work, name: str) -> Account:
    """Return the account that is switched on and has a name.

    Raises:
        MissingError: There is none.
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
