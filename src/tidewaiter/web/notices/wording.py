"""The wording of notifications: states, events and deadlines; header, parties and lines."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.checks import parties_of
from tidewaiter.exchange.notices.drafts import written_share
from tidewaiter.exchange.notices.types import (
    Amount,
    Basis,
    Consent,
    Event,
    LicenceCheck,
    Mode,
    Notice,
    NoticeLine,
    ObjectionCode,
    Party,
    Permit,
    PermitKind,
    Shipments,
    Side,
    Transport,
    in_words,
    measured,
    word_of,
)
from tidewaiter.explain.languages import counted, country, day, number, words
from tidewaiter.explain.languages import marked as _
from tidewaiter.law.answers import Goods
from tidewaiter.store.notices.events import Delivery

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


ROLES = {
    "exporter": _("Exporter"),
    "importer": _("Importer"),
    "ultimate consignee": _("Ultimate consignee"),
    "broker": _("Broker"),
    "intermediate consignee": _("Intermediate consignee"),
    "manufacturer": _("Manufacturer"),
    "carrier": _("Carrier"),
    "forwarder": _("Forwarder"),
    "customs broker": _("Customs broker"),
    "other": _("Other operator"),
}


class Fact(Record, frozen=True, kw_only=True):
    """A field that says something."""

    label: str
    value: str


class PartyFacts(Record, frozen=True, kw_only=True):
    """A party in words."""

    role: str
    name: str
    facts: tuple[Fact, ...]


class LineFacts(Record, frozen=True, kw_only=True):
    """A line in words."""

    number: int
    name: str
    amount: str
    facts: tuple[Fact, ...]


class NoticeFacts(Record, frozen=True, kw_only=True):
    """A notice in words."""

    header: tuple[Fact, ...]
    parties: tuple[PartyFacts, ...]
    lines: tuple[LineFacts, ...]
    transport: tuple[Fact, ...]
    permits: tuple[PartyFacts, ...]


def role_in_words(place: str) -> str:
    """Say a role: "broker", "other 2"."""
    name, _gap, last = place.rpartition(" ")
    if last.isdecimal():
        return f"{words(ROLES[name])} {last}"
    return words(ROLES[place])


def facts_of(notice: Notice) -> NoticeFacts:
    """Put all that a notice says into words."""
    return NoticeFacts(
        header=_facts(_header(notice)),
        parties=tuple(
            PartyFacts(role=role_in_words(role), name=party.name, facts=_facts(_party(party)))
            for role, party in parties_of(notice)
            if party != Party()
        ),
        lines=tuple(
            LineFacts(
                number=line.number,
                name=line.name,
                amount=_amount(line.net),
                facts=_facts(_line(line)),
            )
            for line in notice.lines
        ),
        transport=_facts(_transport(notice.transport)),
        permits=tuple(
            PartyFacts(
                role=called("permit", each.kind), name=each.number, facts=_facts(_permit(each))
            )
            for each in notice.permits
        ),
    )


def _facts(told: Iterator[tuple[str, str]]) -> tuple[Fact, ...]:
    return tuple(Fact(label=label, value=value) for label, value in told if value)


def _header(notice: Notice) -> Iterator[tuple[str, str]]:
    yield words("Basis"), called("basis", notice.basis)
    yield words("Law"), notice.law
    yield words("Marking"), notice.confidentiality
    for label, side in ((words("From"), notice.sender), (words("To"), notice.recipient)):
        place = country(side.country) if side.country else ""
        yield label, ", ".join(filter(None, (side.name, place, side.contact)))
    yield words("Sent on"), day(notice.sent)
    yield words("Answer by"), day(notice.reply_by)
    yield words("Replaces"), notice.replaces
    yield words("Shipments"), called("shipments", notice.shipments)
    yield words("Period"), _span(notice.period_since, notice.period_until)
    yield words("Number of shipments"), _number(notice.shipment_count)
    yield words("Language"), notice.language
    yield words("Consent to share"), called("consent", notice.consent)
    yield words("Consent covers"), notice.consent_scope
    yield words("Waiting time waived by"), notice.waiver
    yield words("Declared lawful"), words("yes") if notice.declared_lawful else ""
    yield words("Signed by"), notice.signed_by
    yield words("Note"), notice.note


def _party(party: Party) -> Iterator[tuple[str, str]]:
    yield words("Address"), party.address
    yield words("Country"), country(party.country) if party.country else ""
    yield words("Licence or registration"), party.licence
    yield words("Business number"), party.business_number
    yield words("Contact"), party.contact
    yield words("Telephone"), party.phone
    yield words("E-mail"), party.email


def _line(line: NoticeLine) -> Iterator[tuple[str, str]]:
    yield words("HS or CN code"), line.hs
    yield words("CAS number"), line.cas
    yield words("Goods"), called("goods", line.goods)
    yield words("Salt, ester or isomer"), line.form
    yield words("Content"), _share(line.content_ppm)
    yield words("Purity"), _share(line.purity_ppm)
    for each in line.contains:
        told = (each.name, each.cas, _share(each.content_ppm))
        yield words("Contains too"), ", ".join(filter(None, told))
    yield words("Brand"), line.brand
    yield words("Name on the label"), line.label_name
    packed = (_number(line.packages), line.package_kind, line.package_size)
    yield words("Packages"), " ".join(filter(None, packed))
    yield words("Gross weight"), _amount(Amount(mass_mg=line.gross_mg))
    yield words("Declared end use"), line.end_use
    yield words("Invoice"), line.invoice


def _transport(travel: Transport) -> Iterator[tuple[str, str]]:
    yield words("Mode"), called("mode", travel.mode)
    yield words("Vessel, flight or vehicle"), travel.means
    yield words("Dispatch"), day(travel.dispatch)
    yield words("Arrival"), day(travel.arrival)
    yield words("Customs office"), travel.customs_office
    yield words("Point of exit"), travel.exit_point
    yield words("Countries of transit"), ", ".join(map(country, travel.transit))
    yield words("Point of entry"), travel.entry_point
    yield words("Itinerary"), ", ".join(travel.itinerary)
    yield words("Containers"), ", ".join(travel.containers)
    yield words("Bill of lading or waybill"), travel.document


def _permit(permit: Permit) -> Iterator[tuple[str, str]]:
    yield words("Issued by"), country(permit.issuer) if permit.issuer else ""
    yield words("Valid"), _span(permit.since, permit.until)
    yield words("Line"), _number(permit.line)
    yield words("Amount"), _amount(permit.amount)


def _amount(amount: Amount) -> str:
    return in_words(amount) if measured(amount) else ""


def _share(ppm: int | None) -> str:
    return f"{written_share(ppm)} %" if ppm is not None else ""


def _number(value: int | None) -> str:
    return "" if value is None else number(value)


def _span(since: date | None, until: date | None) -> str:
    return f"{day(since) or '…'} – {day(until) or '…'}" if since or until else ""
