"""Parties of a line: sender and receiver, and folded names."""

from datetime import date

from tidewaiter.base.plain_text import plain
from tidewaiter.trade.types import Line, Party

SENDERS = ("exporter", "consignor", "seller")
RECEIVERS = ("importer", "consignee", "buyer")


def party_of(line: Line) -> str:
    """Return the other party of a transaction, folded; "": not named."""
    return receiver_of(line) or sender_of(line)


def sender_of(line: Line) -> str:
    """Return the sender of a line, folded; "": not named."""
    return fold_party(first_named(line, SENDERS)[1])


def receiver_of(line: Line) -> str:
    """Return the receiver of a line, folded; "": not named."""
    return fold_party(first_named(line, RECEIVERS)[1])


def day_of(line: Line) -> date | None:
    """Return the day of a line for monthly and yearly totals."""
    return line.departure or line.lodged or line.release or line.arrival


def fold_party(name: str) -> str:
    """Fold the name of a party: case, accents and spaces are ignored."""
    return " ".join(plain(name).split())


def first_named(line: Line, roles: tuple[str, ...]) -> tuple[str, str]:
    """Return the first role with a named party, and its name as written; otherwise "", ""."""
    found = party_as(line, roles)
    return (found.role or "", found.name or "") if found else ("", "")


def party_as(line: Line, roles: tuple[str, ...]) -> Party | None:
    """Return the named party with the first of some roles; of several, the last; None: none."""
    named = {party.role: party for party in line.parties or () if party.name}
    return next((named[role] for role in roles if role in named), None)
