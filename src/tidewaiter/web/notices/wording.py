"""Notification texts: states, events, deadlines, header, parties and lines."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import fields_of
from tidewaiter.exchange.notices.amounts import in_words, measured
from tidewaiter.exchange.notices.checks import parties_of
from tidewaiter.exchange.notices.types import (
    Amended,
    Basis,
    Consent,
    Event,
    LicenceCheck,
    Mode,
    NoObjection,
    Notice,
    Objected,
    ObjectionCode,
    Parties,
    Party,
    PermitKind,
    Shipments,
    Side,
    Withdrawn,
    word_of,
)
from tidewaiter.explain.languages import day, numbered, words
from tidewaiter.explain.languages import marked as _
from tidewaiter.explain.words import GOODS
from tidewaiter.report.fields import Fact, facts_of
from tidewaiter.store.notices.events import Delivery
from tidewaiter.web.core.form_fields import Choices

_STATES = {
    "draft": _("draft"),
    "sent": _("sent"),
    "viewed": _("opened"),
    "acknowledged": _("acknowledged"),
    "no objection": _("no objection"),
    "objection": _("objection"),
    "under enquiry": _("under enquiry"),
    "more time": _("more time requested"),
    "not for us": _("not the competent authority"),
    "withdrawn": _("withdrawn"),
    "expired without reply": _("expired without reply (not consent)"),
    "recalled": _("recalled"),
}
_EVENTS = {
    "sent": _("Sent the PEN"),
    "amended": _("Sent an amendment"),
    "withdrawn": _("Withdrew the PEN"),
    "answered": _("Replied to a query"),
    "viewed": _("Opened the PEN"),
    "acknowledged": _("Acknowledged receipt"),
    "no-objection": _("Raised no objection"),
    "objection": _("Objected"),
    "query": _("Requested clarification"),
    "more-time": _("Requested more time"),
    "not-for-us": _("Stated that it is not the competent authority"),
    "return": _("Reported the outcome"),
    "recalled": _("Recalled this entry; its content has been destroyed"),
}
_DELIVERIES = {
    "waiting": _("queued"),
    "held": _("on hold while the relationship is frozen"),
    "sealed": _("sent, no receipt yet"),
    "processed": _("delivered, receipt on file"),
    "refused": _("rejected by the other authority"),
    "recalled": _("recalled"),
    "discarded": _("discarded, never sent"),
}
_CODES: Mapping[ObjectionCode, str] = {
    "importer not licensed": _("the importer has no licence"),
    "importer unknown": _("the importer is unknown"),
    "importer denies order": _("the importer denies placing the order"),
    "permit missing": _("a permit is missing"),
    "quantity exceeds need": _("the quantity exceeds legitimate requirements"),
    "end use not accepted": _("the end use is not accepted"),
    "substance prohibited": _("the substance is prohibited"),
    "suspected diversion": _("diversion is suspected"),
    "papers inconsistent": _("the documents are inconsistent"),
    "other": _("other reason (please explain)"),
}
_LICENCES: Mapping[LicenceCheck, str] = {
    "not checked": _("not checked"),
    "holds": _("licence held"),
    "does not hold": _("no licence held"),
}
_OUTCOMES = {
    "shipped": _("shipped"),
    "not shipped": _("not shipped"),
    "arrived": _("arrived"),
    "diverted": _("diverted"),
    "sent back": _("returned to the exporter"),
}
_BASES: Mapping[Basis, str] = {
    "treaty": _("Article 12 (10) (a) of the 1988 Convention"),
    "voluntary": _("voluntary"),
    "national": _("a national law"),
}
_SHIPMENTS: Mapping[Shipments, str] = {
    "single": _("one shipment"),
    "multi": _("several shipments in a period"),
}
_CONSENTS: Mapping[Consent, str] = {
    "not asked": _("not asked"),
    "given": _("given"),
    "refused": _("refused"),
}
_MODES: Mapping[Mode, str] = {
    "sea": _("by sea"),
    "air": _("by air"),
    "road": _("by road"),
    "rail": _("by rail"),
    "inland waterway": _("by inland waterway"),
    "post": _("by post"),
    "express": _("by express"),
    "pipeline": _("by pipeline"),
    "several": _("by several modes"),
    "own": _("under own power"),
}
_PERMITS: Mapping[PermitKind, str] = {
    "export authorisation": _("export authorisation"),
    "import authorisation": _("import authorisation"),
    "export permit": _("export permit"),
    "import permit": _("import permit"),
    "transit permit": _("transit permit"),
    "export declaration": _("export declaration"),
    "import declaration": _("import declaration"),
    "letter of no objection": _("letter of no objection"),
}
_ALL: Mapping[str, Mapping[Any, str]] = {
    "code": _CODES,
    "importer_licence": _LICENCES,
    "outcome": _OUTCOMES,
    "basis": _BASES,
    "shipments": _SHIPMENTS,
    "consent": _CONSENTS,
    "goods": GOODS,
    "mode": _MODES,
    "kind": _PERMITS,
}


def choices(field: str) -> Choices:
    """Return the values of a field with display texts, for a form."""
    return tuple((value, words(says)) for value, says in _ALL[field].items())


def called(field: str, value: str) -> str:
    """Return the display text of a value."""
    return words(_ALL[field][value])


def state_in_words(name: str) -> str:
    """Return the status as text."""
    return words(_STATES[name])


def event_in_words(event: Event) -> str:
    """Return the name of an event kind."""
    return words(_EVENTS[word_of(event.what)])


def delivery_in_words(kept: Delivery) -> str:
    """Return the delivery status of an event's message; "": received."""
    return words(_DELIVERIES[kept.state]) if kept.state else ""


def time_left(due: date | None, today: date, days: int | None) -> str:
    """Return the time left; "": nothing is due."""
    if due is None:
        return ""
    if due < today:
        return words("overdue since {day}").format(day=day(due))
    if days is None:
        return words("working days unknown")
    return numbered("%(num)s working day left", "%(num)s working days left", days)


def waiting_in_words(waits_for: str, ours: Side, peer: str) -> str:
    """Return the side that must act."""
    if not waits_for:
        return words("no one")
    return words("us") if waits_for == ours else peer


ROLES = {each.name.replace("_", " ").removesuffix("s"): each.label for each in fields_of(Parties)}
"""Labels of the roles of `parties_of`."""

_HEADER = (
    *("basis", "law", "confidentiality", "sender", "recipient", "sent", "reply_by"),
    *("replaces", "shipments", "period_since", "shipment_count"),
)
_JOURNEY = ("mode", "means", "dispatch", "arrival")
_HEADINGS = frozenset({"name", "net", "kind", "number", "reference"})  # shown as headings
_FIRST: Mapping[type, tuple[str, ...]] = {
    NoObjection: ("decided_by", "allowed"),
    Objected: ("decided_by",),
}


class PartyFacts(Record, frozen=True, kw_only=True):
    """A party, as displayed."""

    role: str
    name: str
    facts: tuple[Fact, ...]


class LineFacts(Record, frozen=True, kw_only=True):
    """A line, as displayed."""

    number: int
    name: str
    amount: str
    facts: tuple[Fact, ...]


class NoticeFacts(Record, frozen=True, kw_only=True):
    """A notice, as displayed."""

    header: tuple[Fact, ...]
    parties: tuple[PartyFacts, ...]
    lines: tuple[LineFacts, ...]
    transport: tuple[Fact, ...]
    permits: tuple[PartyFacts, ...]


def role_in_words(place: str) -> str:
    """Return the name of a role: "broker", "other 2"."""
    name, _gap, last = place.rpartition(" ")
    if last.isdecimal():
        return f"{words(ROLES[name])} {last}"
    return words(ROLES[place])


def notice_facts(notice: Notice) -> NoticeFacts:
    """Put all that a notice says into words."""
    return NoticeFacts(
        header=_facts(notice, _HEADER),
        parties=tuple(
            PartyFacts(role=role_in_words(role), name=party.name, facts=_facts(party))
            for role, party in parties_of(notice)
            if party != Party()
        ),
        lines=tuple(
            LineFacts(
                number=line.number,
                name=line.name,
                amount=in_words(line.net) if measured(line.net) else "",
                facts=_facts(line),
            )
            for line in notice.lines
        ),
        transport=_facts(notice.transport, _JOURNEY),
        permits=tuple(
            PartyFacts(role=called("kind", each.kind), name=each.number, facts=_facts(each))
            for each in notice.permits
        ),
    )


def event_facts(event: Event) -> tuple[Fact, ...]:
    """Put what an event says into words."""
    facts = facts_of(event.what, called, first=_FIRST.get(type(event.what), ()))
    if isinstance(event.what, Withdrawn | Amended):
        return (Fact(label=words("Version"), value=str(event.version)), *facts)
    return facts


def _facts(record: Record, first: tuple[str, ...] = ()) -> tuple[Fact, ...]:
    return facts_of(record, called, first=first, without=_HEADINGS)
