"""What a pre-export notification says: header, parties, lines, transport and permits.

Quantities are whole milligrams, microlitres or pieces, contents are parts per million, and
countries ISO 3166-1 alpha-2 codes, so that a signed notice has one spelling. What is not said is
None, "" or an empty tuple. `data/exchange/notice_fields.toml` says what each field means.
"""

from datetime import date
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.substances.questions import Goods

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
