"""Database inputs of a screening: rule settings, register, and past lines."""

import hashlib
from collections.abc import Collection, Iterator

import msgspec
import pyarrow as pa
from msgspec import structs

from tidewaiter.bulk.cross_line import Before, Lines
from tidewaiter.bulk.screening import Settings
from tidewaiter.law.registry import load_registry
from tidewaiter.node.file_screening import RegisterAsked
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
    """Return the history from earlier files, a database and a register; None: none.

    Args:
        database: If any, without an open transaction.
        but: SHA-256 of the given files, with lines that may also be in the database.
        files: Provides all lines of earlier files; None: none.
        allowed: Amounts from the register.
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
    """History in a database, without the given files."""

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


def register_desk(database: Database | None, settings: Settings) -> RegisterAsked | None:
    """Return the register check of a database; None: no register.

    Args:
        database: With the register, if any.
        settings: Screening settings with the rules that weight the results.
    """
    if database is None:
        return None
    with database.work() as work:
        country = keeper(work)
        if not country:
            return None
        register = load_register(work)
    # The name search knows all scripts and takes a third of a second to load.
    from tidewaiter.exchange.register.screening import Kept, RegisterDesk  # noqa: PLC0415

    digest = hashlib.sha256(msgspec.json.encode((country, register))).hexdigest()
    rules = switched_rules(load_alert_rules(settings.rules, settings.switches))
    kept = Kept(country=country, register=register, digest=digest)
    return RegisterDesk(kept, load_registry(settings.own), rules, settings.day)


def switched(settings: Settings, database: Database | None) -> Settings:
    """Return settings with the rule settings of their day.

    Args:
        settings: Of a screening into the database, or of its content.
        database: With rule settings; None: none.
    """
    if database is None:
        return settings
    with database.work() as work:
        people = {account_key(each.id): each.shown for each in accounts(work)}
        switches = switches_on(rule_settings(work), settings.day, people)
    return structs.replace(settings, switches=switches)
