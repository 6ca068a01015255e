"""Registered: who asks the register of a database about the alerts of a screening."""

import hashlib
from typing import Protocol

import msgspec

from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.past.allowed import Allowed
from tidewaiter.consignments.rules import load_alert_rules
from tidewaiter.consignments.switched import switched_rules
from tidewaiter.consignments.types import Alert
from tidewaiter.store.database import Database
from tidewaiter.store.register import keeper, load_register
from tidewaiter.substances.registry import load_registry


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
