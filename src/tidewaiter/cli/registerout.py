"""The register at the command line: entries, accounts and movements, a line each."""

from datetime import date

from tidewaiter.exchange.notices.amounts import in_words, measured
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.ledger import Account
from tidewaiter.exchange.register.looking import state_on
from tidewaiter.exchange.register.types import Entry, Grant, Operator, Requirement
from tidewaiter.store.registerledger import Written


def entry_line(entry: Entry, day: date) -> str:
    """Say an entry: what it is, whose, of what, how long, and what stops it on a day."""
    if isinstance(entry, Operator):
        numbers = ", ".join(entry.business_numbers)
        return f"{entry.id}\toperator\t{entry.name}\t{entry.country}\t{numbers}"
    if isinstance(entry, Requirement):
        whose = entry.operator or entry.country
        what = f"{entry.substance}, {in_words(entry.amount)} in {entry.year}"
        return f"{entry.id}\trequirement\t{whose}\t{what}"
    state = state_on(entry, day)
    what = (
        f"{entry.substance}, {in_words(entry.amount)}"
        if isinstance(entry, Grant)
        else f"{', '.join(entry.substances)}: {', '.join(entry.activities)}"
    )
    days = f"{entry.since} to {entry.until or 'open'}"
    told = (entry.id, f"{entry.kind} {entry.number} of {entry.issuer}", entry.operator, what, days)
    return "\t".join(told if state in {None, "valid"} else (*told, state))


def account_line(entry: Grant | Requirement, account: Account) -> str:
    """Say an account: granted, used, promised, free or exceeded."""
    name = entry.number if isinstance(entry, Grant) else f"{entry.country} {entry.year}"
    if measured(account.granted) is None:
        return f"{entry.id}\t{name}\t{entry.substance}\tno amount is named"
    parts = [
        f"{in_words(account.granted)} granted",
        f"{in_words(account.used)} used",
        f"{in_words(account.promised)} promised",
        f"{in_words(account.free)} free",
    ]
    if _is_some(account.exceeded):
        parts.append(f"{in_words(account.exceeded)} too much")
    if account.findings:
        parts.append(f"{len(account.findings)} notes")
    return f"{entry.id}\t{name}\t{entry.substance}\t{', '.join(parts)}"


def written_line(row: Written) -> str:
    """Say a movement: what, when, who wrote it off, why, and that it was cancelled."""
    moved = row.movement
    why = row.reason or (f"notice {row.notice}" if row.notice else "")
    line = (
        f"{row.number}\t{moved.on}\t{moved.direction}\t{in_words(moved.net)} of goods, "
        f"{in_words(moved.content)} of substance\t{moved.id}\t{row.who}\t{why}"
    )
    gone = row.cancelled
    return f"{line}\tcancelled from {gone.on}: {gone.reason} ({gone.who})" if gone else line


def _is_some(amount: Amount) -> bool:
    found = measured(amount)
    return found is not None and found.value > 0
