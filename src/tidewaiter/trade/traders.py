"""Traders: who a line is sent by and to, and the names of parties as sums compare them."""

from datetime import date

from tidewaiter.base.plain import plain
from tidewaiter.consignments.types import Line

SENDERS = ("exporter", "consignor", "seller")
RECEIVERS = ("importer", "consignee", "buyer")


def party_of(line: Line) -> str:
    """Return the other party of a dealing, folded; "": none is named."""
    return receiver_of(line) or sender_of(line)


def sender_of(line: Line) -> str:
    """Return who sends a line, folded; "": nobody is named."""
    return fold_party(first_named(line, SENDERS)[1])


def receiver_of(line: Line) -> str:
    """Return who gets a line, folded; "": nobody is named."""
    return fold_party(first_named(line, RECEIVERS)[1])


def day_of(line: Line) -> date | None:
    """Return the day on which a line counts for a month or a year."""
    return line.departure or line.lodged or line.release or line.arrival


def fold_party(name: str) -> str:
    """Fold the name of a party, so that case, accents and spaces make no other one."""
    return " ".join(plain(name).split())


def first_named(line: Line, roles: tuple[str, ...]) -> tuple[str, str]:
    """Return the first role that a party with a name has, and the name as written; else "", ""."""
    named = {party.role: party.name for party in line.parties or () if party.name}
    return next(((role, named[role] or "") for role in roles if role in named), ("", ""))
