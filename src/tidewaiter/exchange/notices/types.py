"""Pre-export notifications: their records, the events of both sides, and their amounts.

Quantities are whole milligrams, microlitres or pieces, contents are parts per million, and
countries ISO 3166-1 alpha-2 codes, so that a signed notice has one spelling. What is not said is
None, "" or an empty tuple. `data/exchange/notice_fields.toml` says what each field means.
"""

from datetime import date, datetime
from typing import Literal, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.law.answers import Goods
from tidewaiter.law.limits import kilos

Basis = Literal["treaty", "voluntary", "national"]
"""Why it is sent: article 12 (10) (a) of the 1988 Convention; of one's own accord, for chemicals
outside its tables; or because a national law asks for it."""

Shipments = Literal["single", "multi"]
"""One shipment, or several in a period that write the notified quantity off."""

Consent = Literal["not asked", "given", "refused"]
"""Whether the exporter agrees that the importing authority is told what the papers say."""

Mode = Literal[
    "sea", "air", "road", "rail", "inland waterway", "post", "express", "pipeline", "several", "own"
]
"""How the goods travel; "own": under their own power or in someone's baggage."""

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
"""What a paper is. These words are never interchangeable: each is of another law."""


class Authority(Record, frozen=True, kw_only=True):
    """A competent national authority under article 12."""

    name: str
    country: str
    contact: str = ""  # person, telephone, e-mail


class Party(Record, frozen=True, kw_only=True):
    """A firm or person of the trade."""

    name: str = ""
    address: str = ""
    country: str = ""
    licence: str = ""  # number of its licence or registration
    business_number: str = ""  # of its tax authority
    contact: str = ""  # a person
    phone: str = ""
    email: str = ""


class Parties(Record, frozen=True, kw_only=True):
    """Who takes part in the shipment."""

    exporter: Party = Party()
    importer: Party = Party()
    ultimate_consignee: Party | None = None  # the last hands, where not the importer
    broker: Party | None = None
    intermediate_consignees: tuple[Party, ...] = ()
    manufacturer: Party | None = None
    carrier: Party | None = None
    forwarder: Party | None = None
    customs_broker: Party | None = None
    others: tuple[Party, ...] = ()  # other operators


class Amount(Record, frozen=True, kw_only=True):
    """How much: one of a mass, a volume or a count."""

    mass_mg: int | None = None
    volume_ul: int | None = None
    pieces: int | None = None  # of equipment, or of dosage units


class Contained(Record, frozen=True, kw_only=True):
    """A scheduled substance in a mixture, beside the one that the line is of."""

    name: str
    cas: str = ""
    content_ppm: int | None = None


class NoticeLine(Record, frozen=True, kw_only=True):
    """One substance, or one kind of equipment, of a notice."""

    number: int  # from 1; an amendment keeps it
    name: str = ""  # as the law names the substance
    hs: str = ""  # HS or CN code
    cas: str = ""
    goods: Goods | None = None  # in what form it is traded
    form: str = ""  # the salt, ester or isomer
    net: Amount = Amount()  # of the goods as they are
    content_ppm: int | None = None  # of the substance in the goods
    purity_ppm: int | None = None  # of a raw material
    contains: tuple[Contained, ...] = ()
    brand: str = ""
    label_name: str = ""  # as on the label or container
    packages: int | None = None
    package_kind: str = ""  # "steel drum"
    package_size: str = ""  # "200 l", "100 kg"
    gross_mg: int | None = None
    end_use: str = ""  # as declared
    invoice: str = ""


class Transport(Record, frozen=True, kw_only=True):
    """How, where and when the goods travel."""

    mode: Mode | None = None
    means: str = ""  # the vessel, flight or vehicle
    customs_office: str = ""  # where the export is declared
    exit_point: str = ""
    transit: tuple[str, ...] = ()  # countries
    entry_point: str = ""
    itinerary: tuple[str, ...] = ()  # places, in order
    dispatch: date | None = None
    arrival: date | None = None
    containers: tuple[str, ...] = ()
    document: str = ""  # number of the bill of lading or air waybill


class Permit(Record, frozen=True, kw_only=True):
    """An authorisation, permit or declaration that covers the goods."""

    kind: PermitKind
    number: str
    issuer: str = ""  # the country of the authority
    since: date | None = None
    until: date | None = None  # its last day
    line: int | None = None  # that it is of; None: all
    amount: Amount = Amount()  # that it allows; empty: it does not say


class Notice(Record, frozen=True, kw_only=True):
    """A pre-export notification, in one of its versions."""

    reference: str
    version: int = 1  # an amendment is the next one
    replaces: str = ""  # reference of an earlier notice that this one takes the place of
    basis: Basis
    law: str = ""  # of a national basis: the provision
    confidentiality: str = ""  # a marking, like "TLP:AMBER"
    sender: Authority
    recipient: Authority
    sent: date | None = None
    reply_by: date | None = None  # the last day for an answer; silence after it is no consent
    language: str = ""  # ISO 639-1
    shipments: Shipments = "single"
    period_since: date | None = None  # of several shipments
    period_until: date | None = None  # its last day
    shipment_count: int | None = None  # expected
    parties: Parties = Parties()
    lines: tuple[NoticeLine, ...] = ()
    transport: Transport = Transport()
    permits: tuple[Permit, ...] = ()
    consent: Consent = "not asked"
    consent_scope: str = ""  # with whom, for what
    waiver: str = ""  # the provision by which a waiting time of the exporter's law falls away
    declared_lawful: bool = False  # the exporter says that no law on the route is broken
    signed_by: str = ""
    note: str = ""


Side = Literal["exporter", "importer"]
"""Whose authority an event is of. The exporter's owns the notice."""

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
"""Why an importing authority objects."""

LicenceCheck = Literal["not checked", "holds", "does not hold"]
"""What the importing authority found of the importer's licence."""

Outcome = Literal["shipped", "not shipped", "arrived", "diverted", "sent back"]
"""What became of goods: they left, or never will; they came; they went elsewhere; they returned."""


class Sent(Record, frozen=True, kw_only=True, tag="sent"):
    """The exporting side sends the first version."""

    notice: Notice


class Amended(Record, frozen=True, kw_only=True, tag="amended"):
    """The exporting side sends the next version, which takes the place of the one before."""

    notice: Notice
    reason: str = ""


class Withdrawn(Record, frozen=True, kw_only=True, tag="withdrawn"):
    """The exporting side takes the notice back, for good."""

    reason: str = ""


class Answered(Record, frozen=True, kw_only=True, tag="answered"):
    """The exporting side answers a query."""

    query: str  # id of the event
    text: str


class Viewed(Record, frozen=True, kw_only=True, tag="viewed"):
    """Someone of the importing side has opened it."""


class Acknowledged(Record, frozen=True, kw_only=True, tag="acknowledged"):
    """The importing side says that it has it. That decides nothing."""


class LineAmount(Record, frozen=True, kw_only=True):
    """An amount of one line."""

    line: int
    amount: Amount


class NoObjection(Record, frozen=True, kw_only=True, tag="no-objection"):
    """The importing side does not object."""

    conditions: tuple[str, ...] = ()
    allowed: tuple[LineAmount, ...] = ()  # less than was notified; a line left out: all of it
    importer_licence: LicenceCheck = "not checked"
    decided_by: str


class Objected(Record, frozen=True, kw_only=True, tag="objection"):
    """The importing side objects."""

    code: ObjectionCode
    text: str = ""
    conditions: tuple[str, ...] = ()  # on which the objection would fall
    importer_licence: LicenceCheck = "not checked"
    decided_by: str


class Queried(Record, frozen=True, kw_only=True, tag="query"):
    """The importing side asks something before it decides: the notice is under enquiry."""

    text: str


class MoreTime(Record, frozen=True, kw_only=True, tag="more-time"):
    """The importing side needs longer: the last day for its answer moves."""

    until: date
    reason: str = ""


class NotForUs(Record, frozen=True, kw_only=True, tag="not-for-us"):
    """The importing side is not the authority for this."""

    reason: str = ""
    whose: str = ""  # the authority that is, as far as it knows


class Returned(Record, frozen=True, kw_only=True, tag="return"):
    """Return information: what was really shipped, or became of it."""

    outcome: Outcome
    on: date
    lines: tuple[LineAmount, ...] = ()  # actual quantities
    permit: str = ""  # number of the permit that it is written off
    incident: str = ""  # reference of the incident it led to
    last: bool = True  # of several shipments: no more will follow
    note: str = ""


class Recalled(Record, frozen=True, kw_only=True, tag="recalled"):
    """What stood here is destroyed, as its side recalled it: it counts as never said."""


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
"""What an event can be."""

EXPORTER_ONLY: frozenset[type] = frozenset({Sent, Amended, Withdrawn, Answered})
"""What the exporting side alone may do."""

IMPORTER_ONLY: frozenset[type] = frozenset(
    {Viewed, Acknowledged, NoObjection, Objected, Queried, MoreTime, NotForUs}
)
"""What the importing side alone may do."""

OTHER: dict[Side, Side] = {"exporter": "importer", "importer": "exporter"}
"""The side across from each."""

OUTCOMES: dict[Side, frozenset[str]] = {
    "exporter": frozenset({"shipped", "not shipped", "diverted", "sent back"}),
    "importer": frozenset({"arrived", "diverted", "sent back"}),
}
"""What return information each side can give: what left, and what came."""


class Event(Record, frozen=True, kw_only=True):
    """One act of one side. The events of a side are a chain: 1, 2, 3 ..."""

    id: str
    notice: str  # reference
    by: Side  # whoever receives it compares this with who sent it
    seq: int  # in the chain of its side and notice, from 1
    seen: int = 0  # the last event of the other side that it takes into account; 0: none
    version: int  # of the notice, that it is about
    at: datetime  # as its side's clock says: shown, and never compared with the other's
    what: What


def word_of(what: Record) -> str:
    """Return the word of a kind, as it stands in messages."""
    return str(type(what).__struct_config__.tag)


Measure = Literal["mass_mg", "volume_ul", "pieces"]
"""What an amount is measured in: the name of its field."""

MEASURES: tuple[Measure, ...] = ("mass_mg", "volume_ul", "pieces")

_UNITS = {"mass_mg": "kg", "volume_ul": "l", "pieces": "pieces"}


class Measured(NamedTuple):
    """A number and what it counts."""

    measure: Measure
    value: int


def measured(amount: Amount) -> Measured | None:
    """Return the first measure that an amount gives; None: it gives none."""
    for measure in MEASURES:
        value = getattr(amount, measure)
        if value is not None:
            return Measured(measure, value)
    return None


def amount_of(measure: Measure, value: int) -> Amount:
    """Make an amount of one measure."""
    return Amount(
        mass_mg=value if measure == "mass_mg" else None,
        volume_ul=value if measure == "volume_ul" else None,
        pieces=value if measure == "pieces" else None,
    )


def in_words(amount: Amount) -> str:
    """Say an amount: "25 kg", "200 l", "3 pieces"; "nothing" where it gives none."""
    found = measured(amount)
    if found is None:
        return "nothing"
    if found.measure == "pieces":
        return f"{found.value} pieces"
    return f"{kilos(found.value)} {_UNITS[found.measure]}"
