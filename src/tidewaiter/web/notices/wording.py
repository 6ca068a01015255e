"""What a notice says, in words: its header, parties, lines, journey and papers."""

from collections.abc import Iterator
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import in_words, measured
from tidewaiter.exchange.notices.sense import parties_of
from tidewaiter.exchange.notices.types import Amount, Notice, NoticeLine, Party, Permit, Transport
from tidewaiter.exchange.notices.writing import written_share
from tidewaiter.report.languages import country, day, number, words
from tidewaiter.report.languages import marked as _
from tidewaiter.web.noticewords import called

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
