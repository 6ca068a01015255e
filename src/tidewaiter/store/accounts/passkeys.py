"""Passkeys of accounts: public keys alone; the secret ones never leave their devices."""

from sqlalchemy import delete, insert, select, update

from tidewaiter.accounts.passkeys import Passkey
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.accounts import Account, account_of
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import plain

_NAME = 60


class OwnPasskey(Record, frozen=True, kw_only=True):
    """A passkey as its owner sees it."""

    id: int
    name: str
    made: str  # ISO 8601, UTC
    used: str | None  # the day it was last used


class Kept(Record, frozen=True, kw_only=True):
    """A passkey, and whose it is."""

    id: int
    account: Account
    passkey: Passkey


def add_passkey(work: Work, account: int, passkey: Passkey, name: str) -> int:
    """Keep a passkey; return its number.

    Raises:
        InputError: It is known already.
    """
    if find_passkey(work, passkey.credential) is not None:
        raise InputError("this passkey is known", hint="use it to sign in")
    row = {
        "account": account,
        "credential": passkey.credential.hex(),
        "public": passkey.public.hex(),
        "count": passkey.count,
        "name": plain(name.strip()[:_NAME]) or "passkey",
        "made": moment(stamp_of(work).at),
    }
    done = work.connection.execute(insert(tables.passkey).values(**row))
    number = int(done.inserted_primary_key[0])  # type: ignore[index]
    record_change(work, "passkey made", {"account": account, "passkey": number})
    return number


def passkeys(work: Work, account: int) -> list[OwnPasskey]:
    """Read the passkeys of an account, the newest first."""
    c = tables.passkey.c
    wanted = select(c.id, c.name, c.made, c.used).where(c.account == account)
    rows = work.connection.execute(wanted.order_by(c.id.desc()))
    return [OwnPasskey(**row) for row in rows.mappings()]


def credentials(work: Work, account: int) -> list[bytes]:
    """Return the ids of the passkeys of an account, as devices know them."""
    c = tables.passkey.c
    wanted = select(c.credential).where(c.account == account)
    return [bytes.fromhex(told) for told in work.connection.execute(wanted).scalars()]


def find_passkey(work: Work, credential: bytes) -> Kept | None:
    """Find a passkey by its id; None: it is not known, or its owner is switched off."""
    c = tables.passkey.c
    row = (
        work.connection.execute(select(tables.passkey).where(c.credential == credential.hex()))
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    account = account_of(work, row["account"])
    public, count = bytes.fromhex(row["public"]), row["count"]
    passkey = Passkey(credential=credential, public=public, count=count)
    return Kept(id=row["id"], account=account, passkey=passkey) if account.active else None


def note_passkey(work: Work, number: int, count: int) -> None:
    """Note that a passkey was used; the sign-in itself is in the audit."""
    c = tables.passkey.c
    day = moment(stamp_of(work).at)[:10]
    some = update(tables.passkey).where(c.id == number)
    work.connection.execute(some.values(count=count, used=day))


def drop_passkey(work: Work, account: int, number: int) -> None:
    """Forget a passkey of one's own.

    Raises:
        InputError: There is none.
    """
    c = tables.passkey.c
    done = work.connection.execute(
        delete(tables.passkey).where(c.id == number, c.account == account)
    )
    if not done.rowcount:
        raise InputError(f"you have no passkey {number}", hint="look at the list of your passkeys")
    record_change(work, "passkey forgotten", {"account": account, "passkey": number})
