"""Notices and events that the tests of notices use; all firms and authorities are invented."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.notices.law import Law
from tidewaiter.exchange.notices.types import (
    Amount,
    Authority,
    Event,
    Notice,
    NoticeLine,
    Parties,
    Party,
    Sent,
    Side,
    Transport,
    What,
)
from tidewaiter.identify import Identifier
from tidewaiter.law.answers import Found
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.registry import load_registry
from tidewaiter.trade.substance_lookup import Asker, Namer

DAY = date(2026, 3, 2)  # a Monday
REPLY_BY = date(2026, 3, 27)
DISPATCH = date(2026, 4, 7)

EXPORTER = Party(
    name="Nordchemie Muster GmbH",
    address="Hafenstraße 1, Hamburg",
    country="DE",
    licence="DE-L1",
    phone="+49 40 0000",
)
IMPORTER = Party(
    name="Química Ejemplo SA",
    address="Calle 1, Veracruz",
    country="MX",
    licence="MX-7",
    phone="+52 229 0000",
)
ANHYDRIDE = NoticeLine(
    number=1,
    name="Acetic anhydride",
    hs="2915.24",
    cas="108-24-7",
    net=Amount(mass_mg=800_000_000),
)
EPHEDRINE = NoticeLine(
    number=2,
    name="Ephedrine",
    hs="2939.41",
    goods="salt",
    form="hydrochloride",
    net=Amount(mass_mg=25_000_000),
)
NOTICE = Notice(
    reference="DE-2026-0007",
    basis="treaty",
    confidentiality="TLP:AMBER",
    sender=Authority(name="Authority of the exporter", country="DE"),
    recipient=Authority(name="Authority of the importer", country="MX"),
    sent=DAY,
    reply_by=REPLY_BY,
    parties=Parties(exporter=EXPORTER, importer=IMPORTER),
    lines=(ANHYDRIDE,),
    transport=Transport(mode="sea", entry_point="Veracruz", dispatch=DISPATCH),
)


def changed(thing: Any, **changes: Any) -> Any:
    """Return a record with some fields changed."""
    return msgspec.structs.replace(thing, **changes)


@cache
def law() -> Law:
    """Return the law that travels with the package; names are found as a whole only."""
    registry = load_registry()
    asker = Asker(Namer(registry, _no_identifier), load_members(registry), _no_structures)

    def find(text: str, day: date) -> tuple[Found, ...]:
        found = asker._namer.whole(text)
        return tuple(asker.judged(each, day) for each in found)

    return Law(registry, registry.book, find)


def _no_identifier() -> Identifier:
    raise AssertionError("a whole name is enough")


def _no_structures(text: str, day: date) -> tuple[Found, ...]:
    raise InputError.from_words(f"{text} is no structure on {day}")


class Talk:
    """Writes events as both sides would, each in its chain."""

    def __init__(self, notice: Notice = NOTICE) -> None:
        """Begin with the first version sent."""
        self.notice = notice
        self.events: list[Event] = []
        self.say("exporter", Sent(notice=notice))

    def say(
        self,
        by: Side,
        what: What,
        *,
        version: int = 1,
        seen: int | None = None,
        on: date = DAY,
    ) -> Event:
        """Add an event; it has seen all that the other side said, where nothing else is said."""
        mine = [event for event in self.events if event.by == by]
        theirs = [event for event in self.events if event.by != by]
        event = Event(
            id=f"{by}-{len(mine) + 1}",
            notice=self.notice.reference,
            by=by,
            seq=len(mine) + 1,
            seen=len(theirs) if seen is None else seen,
            version=version,
            at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
            what=what,
        )
        self.events.append(event)
        return event
