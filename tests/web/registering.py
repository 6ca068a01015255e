"""A register of this installation: a firm, its licence and permits, a requirement, movements."""

from datetime import date, timedelta
from typing import Any

from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.types import (
    Entry,
    Grant,
    Movement,
    Operator,
    Requirement,
    Standing,
    Stop,
)
from tidewaiter.store.core.database import Stamp
from tidewaiter.store.register.entries import add_entries
from tidewaiter.store.register.ledger import write_off
from tidewaiter.web.core.node import Node

KG = 1_000_000  # mg
LONG = 400  # days


def entries_on(today: date) -> tuple[Entry, ...]:
    """Return a register of Aland with a permit in each state."""
    begun = today - timedelta(days=LONG)

    def permit(name: str, number: str, **more: Any) -> Grant:
        told: dict[str, Any] = {
            "decided": begun,
            "kind": "import permit",
            "issuer": "AX",
            "operator": "op-1",
            "substance": "ephedrine",
            "amount": Amount(mass_mg=40 * KG),
            "counts": "content",
            "since": begun,
            "source": f"paper {number}",
        }
        return Grant(id=name, number=number, **{**told, **more})

    stop = Stop(kind="suspended", since=begun, reason="unpaid", source="order 4")
    gone = Stop(kind="revoked", since=today - timedelta(days=9), reason="sold", source="order 5")
    return (
        Operator(
            id="op-1",
            decided=begun,
            name="Aland Pharma Ab",
            country="AX",
            business_numbers=("AX-100",),
            source="sheet 1",
        ),
        Standing(
            id="st-1",
            decided=begun,
            kind="licence",
            number="L-1",
            issuer="AX",
            operator="op-1",
            substances=("ephedrine", "acetone"),
            activities=("import", "use"),
            since=begun,
            source="sheet 7",
        ),
        permit("gr-1", "IA 26/01", until=today + timedelta(days=12)),
        permit("gr-2", "IA 26/02", stops=(stop,)),
        permit("gr-3", "IA 25/09", until=today - timedelta(days=30)),
        permit("gr-4", "IA 25/08", stops=(gone,)),
        Requirement(
            id="alr-1",
            decided=begun,
            country="AX",
            substance="ephedrine",
            year=today.year,
            amount=Amount(mass_mg=150 * KG),
            source="annual requirements",
        ),
    )


def fill_register(node: Node) -> dict[str, list[Any]]:
    """Keep a register with more used of a permit than it grants; return what is where."""
    today = node.today()
    with node.database.work(Stamp(who="account 1", at=node.now())) as work:
        add_entries(work, "AX", entries_on(today))
        movement = Movement(
            id="s-1",
            direction="import",
            country="AX",
            on=today,
            operator="op-1",
            permit="IA 26/01",
            issuer="AX",
            substance="ephedrine",
            net=Amount(mass_mg=50 * KG),
            content=Amount(mass_mg=41 * KG),
            source="declaration 77",
        )
        write_off(work, movement, reason="found at audit")
    return {"/register/{number}": [1, 2, 3, 4, 7], "/register/movements/{number}": [1]}
