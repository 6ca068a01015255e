"""Pre-export notifications: records, events of both sides, and amounts.

Quantities are whole milligrams, microlitres or pieces, contents are parts per million, and
countries ISO 3166-1 alpha-2 codes, so that a signed notice has one spelling. Missing values are
None, "" or an empty tuple. Each field is declared only here: see `tidewaiter.exchange.fields`.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import conditional, mandatory, optional
from tidewaiter.law.answers import Goods

Basis = Literal["treaty", "voluntary", "national"]
"""Legal basis: article 12 (10) (a) of the 1988 Convention; voluntary, for chemicals outside its
tables; or required by national law."""

Shipments = Literal["single", "multi"]
"""One shipment, or several within a period that draw on the notified quantity."""

Consent = Literal["not asked", "given", "refused"]
"""Whether the exporter consents to disclosure of the documents to the importing authority."""

Mode = Literal[
    "sea", "air", "road", "rail", "inland waterway", "post", "express", "pipeline", "several", "own"
]
"""Mode of transport; "own": under own power or in baggage."""

PermitKind = Literal[
    "export authorisation",
    "import authorisation",
    "export permit",
    "import permit",
    "transit permit",
    "export declaration",
    "import declaration",
    "letter of no objection",
]
"""Type of a document. These terms are not interchangeable: each belongs to a different law."""


class Authority(Record, frozen=True, kw_only=True):
    """A competent national authority under article 12."""

    name: Annotated[str, mandatory("Name", "the competent national authority")]
    country: Annotated[str, mandatory("Country", "its country", unit="country")]
    contact: Annotated[str, optional("Contact", "a person, telephone, e-mail")] = ""


class Party(Record, frozen=True, kw_only=True):
    """A trading company or person."""

    name: Annotated[str, mandatory("Name", "name of the firm or person")] = ""
    address: Annotated[str, mandatory("Address", "its address")] = ""
    country: Annotated[str, mandatory("Country", "its country", unit="country")] = ""
    licence: Annotated[
        str, conditional("Licence or registration", "number of its licence or registration")
    ] = ""
    business_number: Annotated[
        str, conditional("Business number", "number that its tax authority gave")
    ] = ""
    contact: Annotated[str, optional("Contact", "a person")] = ""
    phone: Annotated[str, optional("Telephone", "telephone")] = ""
    email: Annotated[str, optional("E-mail", "e-mail")] = ""


class Parties(Record, frozen=True, kw_only=True):
    """The parties of the shipment."""

    exporter: Annotated[Party, mandatory("Exporter", "who sends the goods")] = Party()
    importer: Annotated[
        Party, mandatory("Importer", "who receives them in the importing country")
    ] = Party()
    ultimate_consignee: Annotated[
        Party | None, conditional("Ultimate consignee", "the last hands, where not the importer")
    ] = None
    broker: Annotated[Party | None, conditional("Broker", "who arranges the trade")] = None
    intermediate_consignees: Annotated[
        tuple[Party, ...],
        conditional(
            "Intermediate consignee",
            "whose hands the goods pass on the way",
            place="intermediate consignee",
        ),
    ] = ()
    manufacturer: Annotated[Party | None, conditional("Manufacturer", "who made the goods")] = None
    carrier: Annotated[Party | None, optional("Carrier", "who carries them")] = None
    forwarder: Annotated[Party | None, optional("Forwarder", "who forwards them")] = None
    customs_broker: Annotated[Party | None, optional("Customs broker", "who declares them")] = None
    others: Annotated[
        tuple[Party, ...], conditional("Other operator", "other operators", place="other operator")
    ] = ()


class Amount(Record, frozen=True, kw_only=True):
    """An amount: one of mass, volume or count."""

    mass_mg: Annotated[int | None, conditional("", "milligrams")] = None
    volume_ul: Annotated[int | None, conditional("", "microlitres")] = None
    pieces: Annotated[int | None, conditional("", "pieces of equipment, or dosage units")] = None


class Contained(Record, frozen=True, kw_only=True):
    """A scheduled substance in a mixture, besides the substance of the line."""

    name: Annotated[str, conditional("Also contains", "another scheduled substance in the mixture")]
    cas: Annotated[str, optional("CAS number", "its CAS number")] = ""
    content_ppm: Annotated[
        int | None,
        optional(
            "Concentration",
            "its content, in parts per million",
            asks="Concentration in percent",
            unit="share",
        ),
    ] = None


class NoticeLine(Record, frozen=True, kw_only=True):
    """One substance, or one kind of equipment, of a notice."""

    number: Annotated[int, mandatory("", "from 1; an amendment keeps it")]
    name: Annotated[
        str,
        mandatory(
            "Substance",
            "name of the substance as the law has it",
            asks="Substance, as named in the law",
        ),
    ] = ""
    hs: Annotated[str, mandatory("HS or CN code", "HS or CN code")] = ""
    cas: Annotated[str, conditional("CAS number", "CAS number", example="108-24-7")] = ""
    goods: Annotated[
        Goods | None,
        conditional(
            "Goods",
            "in what form it is traded: substance, salt, mixture, solution, medicine or extract",
        ),
    ] = None
    form: Annotated[str, conditional("Salt, ester or isomer", "the salt, ester or isomer")] = ""
    net: Annotated[
        Amount,
        mandatory(
            "Net quantity",
            "net quantity of the goods as they are; one measure",
            unit="amount",
            example="25 kg",
            place="quantity",
        ),
    ] = Amount()
    content_ppm: Annotated[
        int | None,
        conditional(
            "Concentration",
            "content of the substance in a mixture, in parts per million",
            asks="Concentration in percent",
            unit="share",
        ),
    ] = None
    purity_ppm: Annotated[
        int | None,
        optional(
            "Purity",
            "purity of a raw material, in parts per million",
            asks="Purity in percent",
            unit="share",
        ),
    ] = None
    contains: Annotated[
        tuple[Contained, ...],
        conditional(
            "Also contains",
            "other scheduled substances in the mixture",
            place="contained substance",
        ),
    ] = ()
    brand: Annotated[str, conditional("Brand", "brand name of a preparation")] = ""
    label_name: Annotated[
        str, optional("Name on the label", "name and description on the label or container")
    ] = ""
    packages: Annotated[int | None, optional("Packages", "how many packages")] = None
    package_kind: Annotated[
        str, optional("", "of what kind", asks="Type of package", after="packages")
    ] = ""
    package_size: Annotated[
        str, optional("", "size or weight of one", asks="Package size", after="packages")
    ] = ""
    gross_mg: Annotated[
        int | None,
        optional(
            "Gross weight",
            "gross weight, in milligrams",
            unit="mass",
            example="30 kg",
            place="gross weight",
        ),
    ] = None
    end_use: Annotated[str, optional("Declared end use", "the use that is declared")] = ""
    invoice: Annotated[str, optional("Invoice", "number of the invoice or order")] = ""


class Transport(Record, frozen=True, kw_only=True):
    """Route, time and mode of transport."""

    mode: Annotated[Mode | None, mandatory("Mode of transport", "by sea, air, road and so on")] = (
        None
    )
    means: Annotated[
        str, optional("Vessel, flight or vehicle", "the vessel, flight or vehicle")
    ] = ""
    customs_office: Annotated[str, optional("Customs office", "where the export is declared")] = ""
    exit_point: Annotated[
        str, optional("Point of exit", "port, airport or border post of the exporting country")
    ] = ""
    transit: Annotated[
        tuple[str, ...],
        conditional("Transit countries", "countries on the way", unit="countries", example="NL US"),
    ] = ()
    entry_point: Annotated[
        str, mandatory("Point of entry", "port, airport or border post of the importing country")
    ] = ""
    itinerary: Annotated[
        tuple[str, ...],
        optional(
            "Itinerary",
            "places on the way, in order",
            asks="Itinerary, one place per line",
            unit="rows",
        ),
    ] = ()
    dispatch: Annotated[date | None, mandatory("Expected dispatch", "expected day of dispatch")] = (
        None
    )
    arrival: Annotated[date | None, optional("Expected arrival", "expected day of arrival")] = None
    containers: Annotated[
        tuple[str, ...],
        optional(
            "Containers",
            "numbers of containers",
            asks="Container numbers, one per line",
            unit="rows",
        ),
    ] = ()
    document: Annotated[
        str, optional("Bill of lading or waybill", "number of the bill of lading or air waybill")
    ] = ""


class Permit(Record, frozen=True, kw_only=True):
    """An authorisation, permit or declaration that covers the goods."""

    kind: Annotated[PermitKind, conditional("Type", "what paper it is")]
    number: Annotated[str, conditional("Number", "its number")]
    issuer: Annotated[
        str, optional("Issued by", "country of the authority that issued it", unit="country")
    ] = ""
    since: Annotated[date | None, optional("Valid", "its first day", asks="Valid from")] = None
    until: Annotated[
        date | None, conditional("", "its last day", asks="Valid until", after="since")
    ] = None
    line: Annotated[
        int | None,
        optional("Line", "the line that it is of; none: all", asks="Line, if not all lines"),
    ] = None
    amount: Annotated[
        Amount, optional("Quantity", "the quantity that it allows", unit="amount", example="25 kg")
    ] = Amount()


class Notice(Record, frozen=True, kw_only=True):
    """A version of a pre-export notification."""

    reference: Annotated[
        str, mandatory("Reference", "what both sides call the notice; it never changes", most=200)
    ]
    version: Annotated[int, mandatory("", "1, and one more with each amendment")] = 1
    replaces: Annotated[
        str,
        conditional("Replaces", "reference of an earlier notice that this one takes the place of"),
    ] = ""
    basis: Annotated[
        Basis, mandatory("Basis", "treaty (article 12 (10) (a)), voluntary, or national")
    ]
    law: Annotated[str, conditional("Law", "the provision, of a national basis")] = ""
    confidentiality: Annotated[
        str, mandatory("Marking", "how far it may be passed on, like TLP:AMBER")
    ] = ""
    sender: Annotated[Authority, mandatory("From", "the sending authority")]
    recipient: Annotated[Authority, mandatory("To", "the receiving authority")]
    sent: Annotated[date | None, mandatory("Date sent", "the day on which it goes out")] = None
    reply_by: Annotated[
        date | None,
        mandatory("Reply by", "the last day for an answer; silence after it is no consent"),
    ] = None
    language: Annotated[
        str, optional("Language", "of its texts, ISO 639-1", example="es", most=2)
    ] = ""
    shipments: Annotated[
        Shipments,
        mandatory(
            "Shipments", "single, or multi: several shipments that write the notified quantity off"
        ),
    ] = "single"
    period_since: Annotated[
        date | None,
        conditional("Period", "first day of the period of several shipments", asks="Period from"),
    ] = None
    period_until: Annotated[
        date | None,
        conditional("", "last day of that period", asks="Period to", after="period_since"),
    ] = None
    shipment_count: Annotated[
        int | None, optional("Number of shipments", "how many shipments are expected")
    ] = None
    parties: Annotated[Parties, mandatory("", "who takes part")] = Parties()
    lines: Annotated[
        tuple[NoticeLine, ...],
        mandatory("", "one for each substance or kind of equipment", place="line"),
    ] = ()
    transport: Annotated[Transport, mandatory("", "how, where and when the goods travel")] = (
        Transport()
    )
    permits: Annotated[
        tuple[Permit, ...], conditional("", "the papers that cover the goods", place="permit")
    ] = ()
    consent: Annotated[
        Consent,
        optional(
            "Consent to share",
            "whether the exporter agrees that the papers are shared: not asked, given or refused",
        ),
    ] = "not asked"
    consent_scope: Annotated[str, optional("Scope of consent", "with whom, for what")] = ""
    waiver: Annotated[
        str,
        optional(
            "Waiting period waived under",
            "the provision by which a waiting time of the exporter's law falls away, like that on "
            "regular customers of DEA Form 486",
        ),
    ] = ""
    declared_lawful: Annotated[
        bool,
        optional(
            "Declared lawful",
            "the exporter states that no law of the destination or of transit is broken",
            asks=(
                "The exporter declares that the export breaks no law of the destination "
                "or transit countries"
            ),
        ),
    ] = False
    signed_by: Annotated[str, optional("Signed by", "who signs for the exporter")] = ""
    note: Annotated[
        str,
        optional(
            "Note",
            "anything else that both authorities agree on, article 12 (10) (a) (v)",
            unit="prose",
        ),
    ] = ""


Side = Literal["exporter", "importer"]
"""The side of an event. The exporter's side owns the notice."""

ObjectionCode = Literal[
    "importer not licensed",
    "importer unknown",
    "importer denies order",
    "permit missing",
    "quantity exceeds need",
    "end use not accepted",
    "substance prohibited",
    "suspected diversion",
    "papers inconsistent",
    "other",
]
"""Reason of an importing authority's objection."""

LicenceCheck = Literal["not checked", "holds", "does not hold"]
"""Result of the check of the importer's licence."""

Outcome = Literal["shipped", "not shipped", "arrived", "diverted", "sent back"]
"""Outcome of goods: shipped, cancelled, arrived, diverted or returned."""


class Sent(Record, frozen=True, kw_only=True, tag="sent"):
    """The exporting side sends the first version."""

    notice: Annotated[Notice, mandatory("", "the first version")]


class Amended(Record, frozen=True, kw_only=True, tag="amended"):
    """The exporting side sends the next version, which replaces the previous one."""

    notice: Annotated[Notice, mandatory("", "the next version, whole")]
    reason: Annotated[str, optional("Reason", "why")] = ""


class Withdrawn(Record, frozen=True, kw_only=True, tag="withdrawn"):
    """The exporting side withdraws the notice permanently."""

    reason: Annotated[str, optional("Reason", "why")] = ""


class Answered(Record, frozen=True, kw_only=True, tag="answered"):
    """The exporting side answers a query."""

    query: Annotated[str, mandatory("", "id of the query")]
    text: Annotated[str, mandatory("Details", "the answer")]


class Viewed(Record, frozen=True, kw_only=True, tag="viewed"):
    """The importing side has opened it."""


class Acknowledged(Record, frozen=True, kw_only=True, tag="acknowledged"):
    """The importing side acknowledges receipt. This decides nothing."""


class LineAmount(Record, frozen=True, kw_only=True):
    """An amount for one line."""

    line: Annotated[int, mandatory("", "number of the line")]
    amount: Annotated[Amount, mandatory("", "the quantity", unit="amount")]


class NoObjection(Record, frozen=True, kw_only=True, tag="no-objection"):
    """The importing side does not object."""

    conditions: Annotated[
        tuple[str, ...], optional("Conditions", "under which conditions", unit="sentences")
    ] = ()
    allowed: Annotated[
        tuple[LineAmount, ...],
        conditional(
            "Authorised quantity", "allowed quantity of a line, where it is less than notified"
        ),
    ] = ()
    importer_licence: Annotated[
        LicenceCheck,
        optional("Importer's licence", "what was found of the importer's licence"),
    ] = "not checked"
    decided_by: Annotated[str, mandatory("Decided by", "who decided")]


class Objected(Record, frozen=True, kw_only=True, tag="objection"):
    """The importing side objects."""

    code: Annotated[ObjectionCode, mandatory("Reason", "the reason, by a code")]
    text: Annotated[str, optional("Details", "the reason, in words")] = ""
    conditions: Annotated[
        tuple[str, ...],
        optional("Conditions", "on which the objection would fall", unit="sentences"),
    ] = ()
    importer_licence: Annotated[
        LicenceCheck,
        optional("Importer's licence", "what was found of the importer's licence"),
    ] = "not checked"
    decided_by: Annotated[str, mandatory("Decided by", "who decided")]


class Queried(Record, frozen=True, kw_only=True, tag="query"):
    """The importing side asks a question before deciding: the notice is under enquiry."""

    text: Annotated[str, mandatory("Details", "the question")]


class MoreTime(Record, frozen=True, kw_only=True, tag="more-time"):
    """The importing side needs more time: its deadline is extended."""

    until: Annotated[date, mandatory("Until", "the new last day for an answer")]
    reason: Annotated[str, optional("Reason", "why")] = ""


class NotForUs(Record, frozen=True, kw_only=True, tag="not-for-us"):
    """The importing side is not the competent authority."""

    reason: Annotated[str, optional("Reason", "why not")] = ""
    whose: Annotated[
        str, optional("Competent authority", "the authority that is, as far as known")
    ] = ""


class Returned(Record, frozen=True, kw_only=True, tag="return"):
    """Return information: what was actually shipped, or the outcome of the goods."""

    outcome: Annotated[
        Outcome, mandatory("Outcome", "shipped, not shipped, arrived, diverted or sent back")
    ]
    on: Annotated[date, mandatory("Date", "the day")]
    lines: Annotated[
        tuple[LineAmount, ...], conditional("Quantity", "actual quantity of each line")
    ] = ()
    permit: Annotated[
        str, conditional("Permit written off", "number of the permit that it is written off")
    ] = ""
    incident: Annotated[
        str, conditional("Linked incident", "reference of the incident that it led to")
    ] = ""
    last: Annotated[
        bool,
        mandatory(
            "More shipments to follow", "of several shipments: no more will follow", unit="unless"
        ),
    ] = True
    note: Annotated[str, optional("Note", "anything else")] = ""


class Recalled(Record, frozen=True, kw_only=True, tag="recalled"):
    """Placeholder of an event destroyed after a recall by its side: counts as never stated."""


What = (
    Sent
    | Amended
    | Withdrawn
    | Answered
    | Viewed
    | Acknowledged
    | NoObjection
    | Objected
    | Queried
    | MoreTime
    | NotForUs
    | Returned
    | Recalled
)
"""All event types."""

EXPORTER_ONLY: frozenset[type] = frozenset({Sent, Amended, Withdrawn, Answered})
"""Event kinds of the exporting side only."""

IMPORTER_ONLY: frozenset[type] = frozenset(
    {Viewed, Acknowledged, NoObjection, Objected, Queried, MoreTime, NotForUs}
)
"""Event kinds of the importing side only."""

OTHER: dict[Side, Side] = {"exporter": "importer", "importer": "exporter"}
"""The other side of each."""

OUTCOMES: dict[Side, frozenset[str]] = {
    "exporter": frozenset({"shipped", "not shipped", "diverted", "sent back"}),
    "importer": frozenset({"arrived", "diverted", "sent back"}),
}
"""Return information by side: goods that left, goods that arrived."""


class Event(Record, frozen=True, kw_only=True):
    """One act of one side. A side's events form a chain: 1, 2, 3 ..."""

    id: Annotated[str, mandatory("", "its own, for ever")]
    notice: Annotated[str, mandatory("", "reference of the notice")]
    by: Annotated[Side, mandatory("", "exporter or importer: whose authority it is of")]
    seq: Annotated[int, mandatory("", "its number in the chain of its side, from 1")]
    seen: Annotated[
        int, mandatory("", "the last event of the other side that it takes into account; 0: none")
    ] = 0
    version: Annotated[int, mandatory("", "version of the notice that it is about")]
    at: Annotated[
        datetime, mandatory("", "when, by the clock of its side; it is shown and never compared")
    ]
    what: Annotated[What, mandatory("", "what was done")]


def word_of(what: Record) -> str:
    """Return the tag of an event type in messages."""
    return str(type(what).__struct_config__.tag)
