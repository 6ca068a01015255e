"""Words for notices: states, events, deliveries, days left, and the choices of their forms."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tidewaiter.exchange.notices.events import Event, LicenceCheck, ObjectionCode, Side, word_of
from tidewaiter.exchange.notices.types import Basis, Consent, Mode, PermitKind, Shipments
from tidewaiter.report.languages import counted, day, words
from tidewaiter.report.languages import marked as _
from tidewaiter.store.deliveries import Delivery
from tidewaiter.substances.questions import Goods

_STATES = {
    "draft": _("draft"),
    "sent": _("sent"),
    "viewed": _("opened"),
    "acknowledged": _("acknowledged"),
    "no objection": _("no objection"),
    "objection": _("objection"),
    "under enquiry": _("under enquiry"),
    "more time": _("more time asked for"),
    "not for us": _("not for that authority"),
    "withdrawn": _("withdrawn"),
    "expired without reply": _("expired without reply, which is no consent"),
    "recalled": _("recalled"),
}
_EVENTS = {
    "sent": _("Sent the notice"),
    "amended": _("Sent the next version"),
    "withdrawn": _("Took the notice back"),
    "answered": _("Answered a query"),
    "viewed": _("Opened the notice"),
    "acknowledged": _("Acknowledged it"),
    "no-objection": _("Does not object"),
    "objection": _("Objects"),
    "query": _("Asked"),
    "more-time": _("Asked for more time"),
    "not-for-us": _("Says that another authority is meant"),
    "return": _("Told what became of the goods"),
    "recalled": _("Recalled what it had said; that is destroyed"),
}
_DELIVERIES = {
    "waiting": _("waits to be sent"),
    "held": _("held back while the relation is frozen"),
    "sealed": _("under way, no receipt yet"),
    "processed": _("receipted"),
    "refused": _("refused by the other side"),
    "recalled": _("recalled"),
    "discarded": _("discarded, never sent"),
}
_CODES: Mapping[ObjectionCode, str] = {
    "importer not licensed": _("the importer has no licence"),
    "importer unknown": _("the importer is unknown"),
    "importer denies order": _("the importer denies the order"),
    "permit missing": _("a permit is missing"),
    "quantity exceeds need": _("the quantity exceeds the need"),
    "end use not accepted": _("the end use is not accepted"),
    "substance prohibited": _("the substance is prohibited"),
    "suspected diversion": _("diversion is suspected"),
    "papers inconsistent": _("the papers contradict each other"),
    "other": _("another reason, in words"),
}
_LICENCES: Mapping[LicenceCheck, str] = {
    "not checked": _("not checked"),
    "holds": _("it holds one"),
    "does not hold": _("it holds none"),
}
_OUTCOMES = {
    "shipped": _("shipped"),
    "not shipped": _("not shipped"),
    "arrived": _("arrived"),
    "diverted": _("diverted"),
    "sent back": _("sent back"),
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
_GOODS: Mapping[Goods, str] = {
    "substance": _("the substance itself"),
    "salt": _("a salt"),
    "mixture": _("a mixture"),
    "solution": _("a solution"),
    "medicine": _("a medicine"),
    "extract": _("an extract"),
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
    "licence": _LICENCES,
    "outcome": _OUTCOMES,
    "basis": _BASES,
    "shipments": _SHIPMENTS,
    "consent": _CONSENTS,
    "goods": _GOODS,
    "mode": _MODES,
    "permit": _PERMITS,
}
Choices = tuple[tuple[str, str], ...]


def choices(kind: str) -> Choices:
    """Return the values of a field and their words, for a form."""
    return tuple((value, words(says)) for value, says in _ALL[kind].items())


def called(kind: str, value: str | None) -> str:
    """Return the words of one value; "": there is none."""
    return words(_ALL[kind][value]) if value else ""


def state_in_words(name: str) -> str:
    """Say how a notice stands."""
    return words(_STATES[name])


def event_in_words(event: Event) -> str:
    """Say what an event is."""
    return words(_EVENTS[word_of(event.what)])


def delivery_in_words(kept: Delivery) -> str:
    """Say what became of the message that tells of an event; "": it came from the other side."""
    return words(_DELIVERIES[kept.state]) if kept.state else ""


def time_left(due: date | None, today: date, days: int | None) -> str:
    """Say how long there is; "": nothing is due."""
    if due is None:
        return ""
    if due < today:
        return words("overdue since {day}").format(day=day(due))
    if days is None:
        return words("working days not known")
    return counted("%(num)s working day left", "%(num)s working days left", days) % {"num": days}


def waiting_in_words(waits_for: str, ours: Side, peer: str) -> str:
    """Say for whom a notice waits."""
    if not waits_for:
        return words("nobody")
    return words("us") if waits_for == ours else peer
