"""User accounts: who may sign in and with which role, and erasure of a leaver's name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tidewaiter.accounts.passwords import locked_until
from tidewaiter.accounts.roles import Right, Role, rights_of
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.store.alerts.decisions import assign
from tidewaiter.store.alerts.filters import AlertFilter
from tidewaiter.store.audit import Details, find_entries, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import decode, plain
from tidewaiter.store.core.database import Work

LONGEST = 60  # characters of a name
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")


class Account(Record, frozen=True, kw_only=True):
    """A user account."""

    id: int
    name: str  # sign-in name; lower case
    shown: str  # display name
    role: Role
    cleared: bool  # may see restricted data
    active: bool
    language: str | None  # None: the browser's language
    made: str  # ISO 8601, UTC
    analyst: bool = False  # an administrator who also works as an analyst

    @property
    def rights(self) -> frozenset[Right]:
        """Return what the account may do."""
        return rights_of(self.role) | (rights_of("analyst") if self.analyst else frozenset())


class Guarded(Record, frozen=True, kw_only=True):
    """Account data needed to check a sign-in."""

    account: Account
    password: str | None  # Argon2id; None: not set yet
    wrong: int  # consecutive wrong passwords
    rests: datetime | None  # locked until


class NewAccount(Record, frozen=True, kw_only=True):
    """An account to create."""

    name: str
    role: Role
    shown: str = ""


def account_key(account: int) -> str:
    """Return the name of an account in the audit log; it stays when the person's name is erased."""
    return f"account {account}"


def add_account(work: Work, new: NewAccount) -> Account:
    """Create an account without a password; its owner sets one through an invitation.

    Raises:
        InputError: The name is taken, empty, too long, or contains other characters.
    """
    name = account_name(new.name)
    row = {
        "name": name,
        "shown": plain(new.shown.strip()[:LONGEST]) or name,
        "role": new.role,
        "cleared": 0,
        "active": 1,
        "wrong": 0,
        "made": moment(stamp_of(work).at),
    }
    try:
        with work.connection.begin_nested():
            made = work.connection.execute(insert(tables.account).values(**row))
    except IntegrityError as error:
        raise InputError("store/account-exists", name=name) from error
    number = int(made.inserted_primary_key[0])  # type: ignore[index]
    said: Details = {"account": number, "role": new.role}
    record_change(work, "account made", said)
    return account_of(work, number)


def account_name(text: str) -> str:
    """Return the normalised name of an account.

    Raises:
        InputError: It is empty, too long, or contains other characters.
    """
    name = text.strip().lower()
    if not name or len(name) > LONGEST or not set(name) <= _ALLOWED:
        raise InputError("store/not-an-account-name", text=text[:LONGEST], longest=LONGEST)
    return name


def accounts(work: Work) -> list[Account]:
    """Read all accounts, by name."""
    c = tables.account.c
    rows = work.connection.execute(select(*_columns()).order_by(c.name))
    return [_account(row) for row in rows.mappings()]


def account_of(work: Work, number: int) -> Account:
    """Read an account.

    Raises:
        InputError: No such account.
    """
    wanted = select(*_columns()).where(tables.account.c.id == number)
    row = work.connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise InputError("store/no-account-of-number", number=number)
    return _account(row)


def waiting_administrator(work: Work) -> int | None:
    """Return the only administrator's account if it has no password yet."""
    c = tables.account.c
    keeps = select(c.id, c.password).where(c.role == "administrator", c.active == 1)
    rows = work.connection.execute(keeps.order_by(c.id)).all()
    if any(row.password for row in rows):
        return None
    return next((int(row.id) for row in rows), None)


def guarded(work: Work, name: str) -> Guarded | None:
    """Read the data needed to check a sign-in; None: no such account."""
    c = tables.account.c
    wanted = select(*_columns(), c.password, c.wrong, c.rests)
    row = work.connection.execute(wanted.where(c.name == name)).mappings().one_or_none()
    if row is None:
        return None
    rests = datetime.fromisoformat(row["rests"]) if row["rests"] else None
    account = _account({key: row[key] for key in row if key not in {"password", "wrong", "rests"}})
    return Guarded(account=account, password=row["password"], wrong=row["wrong"], rests=rests)


def assignee_of(work: Work, name: str) -> str | None:
    """Return the name of an account that alerts can be assigned to; None for "" (unassigned).

    Raises:
        InputError: The account does not exist or is disabled.
    """
    found = guarded(work, name.strip().lower()) if name.strip() else None
    if name.strip() and (found is None or not found.account.active):
        raise InputError("store/no-account-of-name", name=name[:LONGEST])
    return found.account.name if found else None


def set_password(work: Work, number: int, hashed: str) -> None:
    """Set the password hash; ends every session and token of the account."""
    _change(work, number, password=hashed, wrong=0, rests=None)
    for table in (tables.session, tables.token):
        work.connection.execute(table.delete().where(table.c.account == number))
    record_change(work, "password set", {"account": number})


def renew_hash(work: Work, number: int, kept: str, hashed: str) -> None:
    """Store another hash of the same password, unless the password changed meanwhile."""
    c = tables.account.c
    renewed = update(tables.account).where(c.id == number, c.password == kept)
    if work.connection.execute(renewed.values(password=hashed)).rowcount:
        record_change(work, "password hashed anew", {"account": number})


def count_try(work: Work, name: str) -> Guarded | None:
    """Count a sign-in attempt before the password is compared; success resets the counter.

    Counting comes first because the comparison takes long enough for many parallel attempts.

    Returns:
        The account before this attempt; None: unknown, or locked for now.
    """
    now = stamp_of(work).at
    found = guarded(work, name)
    if found is None or (found.rests is not None and now < found.rests):
        return None
    wrong = found.wrong + 1
    rests = locked_until(wrong, now)
    _change(work, found.account.id, wrong=wrong, rests=moment(rests) if rests else None)
    return found


def note_wrong(work: Work, tried: Guarded) -> None:
    """Audit that an attempt counted by `count_try` failed and locked the account."""
    wrong = tried.wrong + 1
    if locked_until(wrong, stamp_of(work).at) is not None:
        record_change(work, "account rests", {"account": tried.account.id, "wrong": wrong})


def set_role(work: Work, number: int, role: Role, *, active: bool) -> None:
    """Set the role of an account; disabling it ends its sessions at once.

    Raises:
        InputError: No such account, or no administrator would remain.
    """
    before = account_of(work, number)
    both = before.analyst and role == "administrator" and active
    _change(work, number, role=role, active=int(active), analyst=int(both))
    c = tables.account.c
    left = select(func.count()).where(c.role == "administrator", c.active == 1)
    if not work.connection.execute(left).scalar_one():
        raise InputError("store/last-administrator")
    if not active:
        secrets = ("session", "invitation", "activation", "token", "passkey", "identity")
        for table in (tables.METADATA.tables[each] for each in secrets):
            work.connection.execute(table.delete().where(table.c.account == number))
    said: Details = {"account": number, "role": role, "active": int(active)}
    record_change(work, "account changed", said)


def set_clearance(work: Work, number: int, *, cleared: bool, giver: Account | None) -> None:
    """Grant or withdraw clearance for restricted data.

    Args:
        work: A write transaction.
        number: Account number.
        cleared: Whether it may see restricted data.
        giver: Account that grants it; None: a command on the server.

    Raises:
        InputError: The giver has no clearance, and is not an administrator granting the first
            one.
    """
    account_of(work, number)
    if giver is not None and not may_clear(work, giver):
        raise InputError("store/clearance-not-theirs-to-give")
    _change(work, number, cleared=int(cleared))
    record_change(work, "clearance changed", {"account": number, "cleared": int(cleared)})


def may_clear(work: Work, giver: Account) -> bool:
    """Check who may grant clearance: cleared accounts, or an administrator for the first one."""
    if giver.cleared:
        return "vouch" in giver.rights
    cleared = select(tables.account.c.id).where(tables.account.c.cleared == 1).limit(1)
    given = find_entries(work, action="clearance changed", rows=1)
    return "administer" in giver.rights and not (given or work.connection.execute(cleared).first())


def set_analyst(work: Work, number: int, *, analyst: bool) -> None:
    """Set whether an administrator also works as an analyst, for offices with a single officer.

    Raises:
        InputError: The account does not exist, is not an administrator's, or others decide alerts.
    """
    if account_of(work, number).role != "administrator":
        raise InputError("store/only-administrator-is-analyst-too")
    if analyst and _others_decide(work, number):
        raise InputError("store/officers-exist")
    _change(work, number, analyst=int(analyst))
    action = "administrator works as analyst" if analyst else "administrator is no analyst"
    record_change(work, action, {"account": number})


def is_alone(work: Work, account: Account) -> bool:
    """Return whether an administrator may also work as an analyst: no one else decides alerts."""
    if "administer" not in account.rights or "decide" in account.rights:
        return False
    return not _others_decide(work, account.id)


def _others_decide(work: Work, number: int) -> bool:
    others = (each for each in accounts(work) if each.id != number and each.active)
    return any("decide" in each.rights for each in others)


def set_language(work: Work, number: int, language: str | None) -> None:
    """Set the language of an account; None: the browser's."""
    _change(work, number, language=language)
    record_change(work, "language set", {"account": number})


def rename(work: Work, number: int, name: str) -> None:
    """Change the display name of an account; the sign-in name stays."""
    _change(work, number, name=name, shown=account_key(number), password=None)


def _change(work: Work, number: int, **values: object) -> None:
    c = tables.account.c
    work.connection.execute(update(tables.account).where(c.id == number).values(**values))


def _columns() -> tuple[ColumnElement[Any], ...]:
    c = tables.account.c
    return (c.id, c.name, c.shown, c.role, c.cleared, c.active, c.language, c.made, c.analyst)


def _account(row: Mapping[Any, Any]) -> Account:
    flags = {name: bool(row[name]) for name in ("cleared", "active", "analyst")}
    return Account(**{**row, **flags})


def erase_name(work: Work, number: int) -> Account:
    """Erase the name of a disabled account; its number stays.

    Its alerts become unassigned, and saved filters for it are deleted.

    Args:
        work: A write transaction.
        number: Account number.

    Raises:
        InputError: The account does not exist or is not disabled.
    """
    before = account_of(work, number)
    if before.active:
        raise InputError("store/account-in-use", number=number)
    name = f"erased-{number}"
    a, s = tables.alert.c, tables.suppression.c
    waiting = select(a.id).where(a.assignee == before.name).order_by(a.id)
    assign(work, list(work.connection.execute(waiting).scalars()), None)
    owned = update(tables.suppression).where(s.owner == before.name)
    work.connection.execute(owned.values(owner=name))
    _drop_filters(work, before.name)
    rename(work, number, name)
    record_change(work, "account erased", {"account": number})
    return account_of(work, number)


def _drop_filters(work: Work, name: str) -> None:
    f = tables.saved_filter.c
    for number, told in work.connection.execute(select(f.id, f.filter)).all():
        if decode(told, AlertFilter, f"filter {number}").assignee == name:
            work.connection.execute(delete(tables.saved_filter).where(f.id == number))
