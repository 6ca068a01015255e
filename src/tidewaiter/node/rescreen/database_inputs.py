"""What a database adds to a screening: rules turned off, its register, and past lines."""

import hashlib
from collections.abc import Collection, Iterator
from typing import Protocol

import msgspec
import pyarrow as pa
from msgspec import structs

from tidewaiter.bulk.cross_line import Before, Lines
from tidewaiter.bulk.screening import Settings
from tidewaiter.law.registry import load_registry
from tidewaiter.store.accounts.users import account_key, accounts
from tidewaiter.store.core.database import Database
from tidewaiter.store.register.entries import keeper, load_register
from tidewaiter.store.rules import rule_settings
from tidewaiter.store.screening.history import (
    alerts_naming,
    holds_other,
    inspected,
    past_lines,
    past_parties,
)
from tidewaiter.trade.history.allowances import Allowed
from tidewaiter.trade.history.dealings import Inspected
from tidewaiter.trade.history.reasons import Wanted
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.rules.reduced_weights import switched_rules
from tidewaiter.trade.rules.switches import switches_on
from tidewaiter.trade.types import Alert


def before_of(
    database: Database | None,
    but: Collection[str],
    files: Lines | None = None,
    allowed: tuple[Allowed, ...] = (),
) -> Before | None:
    """Return what earlier files, a database and a register hold; None: nothing.

    Args:
        database: If any, with no work begun.
        but: SHA-256 of the files at hand, whose lines the database may hold too.
        files: Gives all lines of earlier files; None: there are none.
        allowed: By the register.
    """
    if database is not None:
        with database.work() as work:
            if not holds_other(work, but):
                database = None
    if database is None:
        if files is None and not allowed:
            return None
        return Before(files or tuple, _none, tuple, _none, tuple, allowed)
    held = _Held(database, but)
    return Before(files or tuple, held.lines, held.parties, held.alerts, held.results, allowed)


def _none(_asked: object) -> tuple[()]:
    return ()


class _Held:
    """What a database holds of files that are not at hand."""

    def __init__(self, database: Database, but: Collection[str]) -> None:
        self._database, self._but = database, but

    def lines(self, wanted: Wanted) -> Iterator[pa.RecordBatch]:
        for each in past_lines(self._database, wanted):
            if each.sha256 not in self._but:
                yield each.lines

    def parties(self) -> Iterator[pa.RecordBatch]:
        return past_parties(self._database)

    def alerts(self, substances: tuple[str, ...] | None) -> Iterator[tuple[int, Alert]]:
        with self._database.work() as work:
            yield from alerts_naming(work, substances, but=self._but)

    def results(self) -> Iterator[Inspected]:
        with self._database.work() as work:
            yield from inspected(work)


class RegisterAsked(Protocol):
    """Asks a register about alerts, in the order of their file."""

    digest: str  # of all that the register holds
    allowed: tuple[Allowed, ...]  # amounts that its papers, notices and requirements allow

    def told(self, alert: Alert, /) -> Alert:
        """Return the alert with what the register says of its goods."""


def register_desk(database: Database | None, settings: Settings) -> RegisterAsked | None:
    """Return who asks the register of a database; None: it has none.

    Args:
        database: With the register, if any.
        settings: Of the screening, whose rules weigh what the register says.
    """
    if database is None:
        return None
    with database.work() as work:
        country = keeper(work)
        if not country:
            return None
        register = load_register(work)
    # Who finds like names knows all scripts, which takes a third of a second to load.
    from tidewaiter.exchange.register.screening import Kept, RegisterDesk  # noqa: PLC0415

    digest = hashlib.sha256(msgspec.json.encode((country, register))).hexdigest()
    rules = switched_rules(load_alert_rules(settings.rules, settings.switches))
    kept = Kept(country=country, register=register, digest=digest)
    return RegisterDesk(kept, load_registry(settings.own), rules, settings.day)


def switched(settings: Settings, database: Database | None) -> Settings:
    """Return settings with the rules that are turned down on their day.

    Args:
        settings: Of a screening into the database, or of what it holds.
        database: Where rules are turned down; None: none are.
    """
    if database is None:
        return settings
    with database.work() as work:
        people = {account_key(each.id): each.shown for each in accounts(work)}
        switches = switches_on(rule_settings(work), settings.day, people)
    return structs.replace(settings, switches=switches)
