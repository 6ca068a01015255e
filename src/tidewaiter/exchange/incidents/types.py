"""Records of an incident. Parties are alleged: no record can state that anyone is guilty.

No public schema of incidents is confirmed; this one covers what is known of PICS, IONICS and UN
Form D, in our words.
"""

from datetime import date
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.markings import Marking

SCHEMA = 1

Kind = Literal[
    "seizure",
    "stopped-shipment",
    "suspicious-shipment",
    "diversion",
    "attempted-diversion",
    "theft-or-loss",
]

Stage = Literal[
    "export",
    "transit",
    "import",
    "free-zone",
    "domestic-trade",
    "manufacture",
    "storage",
    "laboratory",
    "unknown",
]
"""Where in the way of the goods it happened."""

Status = Literal["open", "updated", "closed"]

Method = Literal[
    "laboratory", "field-test", "instrument", "papers", "label", "statement", "unknown"
]
"""By what goods were identified: a laboratory; a presumptive test; an instrument held in the hand;
papers, a label or somebody's words alone."""

Mode = Literal["sea", "air", "road", "rail", "inland-water", "post", "courier", "person", "unknown"]

Role = Literal[
    "exporter",
    "importer",
    "consignor",
    "consignee",
    "ultimate-consignee",
    "notify",
    "seller",
    "buyer",
    "broker",
    "carrier",
    "forwarder",
    "customs-broker",
    "manufacturer",
    "holder",
    "other",
]

PartyKind = Literal["person", "organisation", "vessel", "unknown"]
Function = Literal["origin", "loading", "transit", "unlading", "destination"]


class Goods(Record, frozen=True, kw_only=True):
    """Goods as papers declare them, or as they were found."""

    text: str  # in the words of the papers, or of who examined them
    substance: str = ""  # slug of the registry; "": none of it
    cas: str = ""
    hs: str = ""  # digits
    net_mg: int | None = None
    volume_ul: int | None = None
    pieces: int | None = None
    content_ppm: int | None = None  # of the substance in the goods, by mass


class Identified(Record, frozen=True, kw_only=True):
    """How it was found out what the goods are."""

    method: Method
    day: date | None = None
    by: str = ""  # laboratory or office
    note: str = ""


class Line(Record, frozen=True, kw_only=True):
    """One kind of goods, as declared and as found."""

    number: int  # from 1
    declared: Goods | None  # None: it stands on no paper
    found: Goods | None  # None: nobody has looked
    identified: Identified | None = None


class Equipment(Record, frozen=True, kw_only=True):
    """A machine or a part of one."""

    text: str
    substance: str = ""  # slug of the registry, which lists watched equipment too
    pieces: int | None = None
    maker: str = ""
    serial: str = ""


class Concealment(Record, frozen=True, kw_only=True):
    """How the goods were hidden."""

    how: str  # "": they were not
    where: str = ""


class Label(Record, frozen=True, kw_only=True):
    """What a label says."""

    text: str
    domestic: bool = False  # a foreign parcel that bears a label of the country where it arrives


class Stop(Record, frozen=True, kw_only=True):
    """A place of the route."""

    function: Function
    country: str  # ISO 3166-1 alpha-2
    name: str = ""
    locode: str = ""
    day: date | None = None


class Transport(Record, frozen=True, kw_only=True):
    """How the goods moved."""

    mode: Mode = "unknown"
    container: str = ""
    bill: str = ""  # of lading, air waybill, CMR note, number of the parcel
    vehicle: str = ""  # vessel, flight or plate


class Packaging(Record, frozen=True, kw_only=True):
    """What the goods were packed in."""

    text: str
    packages: int | None = None
    marks: str = ""


class AllegedParty(Record, frozen=True, kw_only=True):
    """A party that the incident names, by reference, and the role that it is alleged to have."""

    node: str  # whose reference it is
    ref: str  # id at that node
    role: Role
    kind: PartyKind = "unknown"
    name: str = ""  # "": it is not told
    country: str = ""  # ISO 3166-1 alpha-2
    basis: str  # on what the role rests: "air waybill", "statement of the driver"
    marking: Marking  # of this party; it is never wider than that of the incident
    restricted: bool = False  # rests on a list entry that is for the authority only


class Question(Record, frozen=True, kw_only=True):
    """What others are asked."""

    number: int  # from 1
    text: str
    to: tuple[str, ...] = ()  # ids of nodes; (): all that have the incident


class Settled(Record, frozen=True, kw_only=True):
    """What the owner made of a proposal."""

    node: str  # that made it
    proposal: str  # its id there
    taken: bool
    why: str = ""


class Place(Record, frozen=True, kw_only=True):
    """Where it happened."""

    country: str  # ISO 3166-1 alpha-2
    name: str = ""
    locode: str = ""


class Incident(Record, frozen=True, kw_only=True):
    """One version of an incident, by its owner: kind "incident", schema 1."""

    id: str
    owner: str  # id of the node
    version: int  # from 1, without gaps
    status: Status
    kind: Kind
    day: date
    place: Place
    stage: Stage
    law_day: date  # the law as it stood then
    marking: Marking
    title: str
    account: str = ""  # what happened
    lines: tuple[Line, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    concealment: Concealment | None = None  # None: nothing is known
    label: Label | None = None
    route: tuple[Stop, ...] = ()
    transport: Transport = Transport()
    packaging: tuple[Packaging, ...] = ()
    flags: tuple[str, ...] = ()  # ids of red flags
    parties: tuple[AllegedParty, ...] = ()
    notifications: tuple[str, ...] = ()  # references of linked notifications
    questions: tuple[Question, ...] = ()
    changed: str = ""  # what this version changes, and why
    settled: tuple[Settled, ...] = ()


class Proposal(Record, frozen=True, kw_only=True):
    """Another node comments, or asks for a change: kind "proposal", schema 1."""

    id: str
    incident: str
    owner: str  # of the incident
    about: int  # the version that it speaks of
    text: str
    at: str = ""  # the part that should change, like "line 2, found"; "": a comment
    instead: str = ""  # what should stand there


class Sighting(Record, frozen=True, kw_only=True):
    """Another node saw this too: kind "sighting", schema 1."""

    id: str
    incident: str
    owner: str  # of the incident
    day: date
    place: Place
    what: str
    stage: Stage = "unknown"
    lines: tuple[Line, ...] = ()
    marking: Marking


Spoken = Incident | Proposal | Sighting
