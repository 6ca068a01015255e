"""Records of an incident. Parties are alleged: no record can state that anyone is guilty.

No public schema of incidents is confirmed; this one covers what is known of PICS, IONICS and UN
Form D, in our own terms.
"""

from datetime import date
from typing import Annotated, Literal

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import mandatory, optional
from tidewaiter.exchange.protocol.markings import Marking

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
"""Where in the supply chain it happened."""

Status = Literal["open", "updated", "closed"]

Method = Literal[
    "laboratory", "field-test", "instrument", "papers", "label", "statement", "unknown"
]
"""Identification method: laboratory; presumptive test; handheld analyser; documents, a label or a
statement only."""

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
    """Goods as declared or as found."""

    text: Annotated[
        str,
        mandatory("Details", "in the words of the papers, or of who examined them", most=2_000),
    ]
    substance: Annotated[
        str, optional("Substance", "slug of the registry; empty: none of it", unit="substance")
    ] = ""
    cas: Annotated[str, optional("CAS number", "CAS number")] = ""
    hs: Annotated[str, optional("HS code", "HS code, digits")] = ""
    net_mg: Annotated[
        int | None,
        optional(
            "Mass",
            "net mass in milligrams",
            asks="Mass, for example 25 kg",
            unit="mass",
            written="mass",
        ),
    ] = None
    volume_ul: Annotated[
        int | None,
        optional("Volume", "volume in microlitres", asks="Volume, for example 10 l", unit="volume"),
    ] = None
    pieces: Annotated[int | None, optional("Pieces", "number of pieces")] = None
    content_ppm: Annotated[
        int | None,
        optional(
            "Concentration",
            "of the substance in the goods, by mass, in parts per million",
            asks="Concentration in percent by mass",
            unit="share",
        ),
    ] = None


class Identified(Record, frozen=True, kw_only=True):
    """How the goods were identified."""

    method: Annotated[Method, mandatory("Method", "by what the goods were identified")]
    day: Annotated[date | None, optional("Date", "when")] = None
    by: Annotated[str, optional("Laboratory or office", "laboratory or office")] = ""
    note: Annotated[str, optional("Note", "anything else")] = ""


class Line(Record, frozen=True, kw_only=True):
    """One kind of goods, declared and found."""

    number: Annotated[int, mandatory("", "from 1")]
    declared: Annotated[Goods | None, optional("As declared", "none: it stands on no paper")]
    found: Annotated[Goods | None, optional("As found", "none: nobody has looked")]
    identified: Annotated[
        Identified | None,
        optional("Identification", "how it was found out what the goods are"),
    ] = None


class Equipment(Record, frozen=True, kw_only=True):
    """Equipment or a part of it."""

    text: Annotated[str, mandatory("Details", "what it is")]
    substance: Annotated[
        str,
        optional(
            "Watched equipment",
            "slug of the registry, which lists watched equipment too",
            unit="substance",
        ),
    ] = ""
    pieces: Annotated[int | None, optional("Pieces", "number of pieces")] = None
    maker: Annotated[str, optional("Manufacturer", "who made it")] = ""
    serial: Annotated[str, optional("Serial number", "serial number")] = ""


class Concealment(Record, frozen=True, kw_only=True):
    """How the goods were concealed."""

    how: Annotated[str, mandatory("Method of concealment", "empty: they were not")]
    where: Annotated[str, optional("Where", "where they were hidden")] = ""


class Label(Record, frozen=True, kw_only=True):
    """The text of a label."""

    text: Annotated[str, mandatory("Text of the label", "what it says")]
    domestic: Annotated[
        bool,
        optional(
            "Foreign parcel with a domestic label of the country of arrival",
            "a foreign parcel that bears a label of the country where it arrives",
        ),
    ] = False


class Stop(Record, frozen=True, kw_only=True):
    """A stop of the route."""

    function: Annotated[Function, mandatory("Route point", "what happened there")]
    country: Annotated[
        str,
        mandatory(
            "Country", "ISO 3166-1 alpha-2", asks="Country (two-letter code)", unit="country"
        ),
    ]
    name: Annotated[str, optional("Place", "port, office or town")] = ""
    locode: Annotated[str, optional("UN/LOCODE", "UN/LOCODE", most=5)] = ""
    day: Annotated[date | None, optional("Date", "when")] = None


class Transport(Record, frozen=True, kw_only=True):
    """How the goods were transported."""

    mode: Annotated[Mode, optional("Transport", "how")] = "unknown"
    container: Annotated[str, optional("Container", "number of the container")] = ""
    bill: Annotated[
        str,
        optional(
            "Bill of lading, air waybill, parcel number",
            "of lading, air waybill, CMR note, number of the parcel",
        ),
    ] = ""
    vehicle: Annotated[
        str, optional("Vessel, flight or registration plate", "vessel, flight or plate")
    ] = ""


class Packaging(Record, frozen=True, kw_only=True):
    """Packaging of the goods."""

    text: Annotated[str, mandatory("Packaging", "what it is")]
    packages: Annotated[int | None, optional("Packages", "number of packages")] = None
    marks: Annotated[str, optional("Shipping marks", "marks on them")] = ""


class AllegedParty(Record, frozen=True, kw_only=True):
    """A party of the incident, by reference, with its alleged role."""

    node: Annotated[str, mandatory("", "whose reference it is")]
    ref: Annotated[str, mandatory("Local reference", "id at that node")]
    role: Annotated[Role, mandatory("Alleged role", "the role that it is alleged to have")]
    kind: Annotated[PartyKind, optional("Description", "what it is")] = "unknown"
    name: Annotated[str, optional("Name (leave empty to withhold it)", "empty: it is not told")] = (
        ""
    )
    country: Annotated[
        str,
        optional("Country", "ISO 3166-1 alpha-2", asks="Country (two-letter code)", unit="country"),
    ] = ""
    basis: Annotated[
        str,
        mandatory(
            "Evidence for the role, for example an air waybill",
            "on what the role rests: an air waybill, or a statement of the driver",
        ),
    ]
    marking: Annotated[
        Marking, mandatory("Marking", "of this party; it is never wider than that of the incident")
    ]
    restricted: Annotated[
        bool,
        optional(
            "Based on an authority-only list entry",
            "it rests on a list entry that is for the authority only",
        ),
    ] = False


class Question(Record, frozen=True, kw_only=True):
    """A question to others."""

    number: Annotated[int, mandatory("", "from 1")]
    text: Annotated[str, mandatory("Question to the recipients", "what is asked")]
    to: Annotated[
        tuple[str, ...], optional("", "ids of nodes; none: all that have the incident")
    ] = ()


class Settled(Record, frozen=True, kw_only=True):
    """The owner's answer to a proposal."""

    node: Annotated[str, mandatory("", "that made the proposal")]
    proposal: Annotated[str, mandatory("", "its id there")]
    taken: Annotated[bool, mandatory("Reply", "whether the proposal was taken")]
    why: Annotated[str, optional("Why", "why")] = ""


class Place(Record, frozen=True, kw_only=True):
    """Where it happened."""

    country: Annotated[
        str,
        mandatory(
            "Country", "ISO 3166-1 alpha-2", asks="Country (two-letter code)", unit="country"
        ),
    ]
    name: Annotated[str, optional("Port, office or town", "port, office or town")] = ""
    locode: Annotated[str, optional("UN/LOCODE", "UN/LOCODE", most=5)] = ""


class Incident(Record, frozen=True, kw_only=True):
    """One version of an incident, by its owner: kind "incident", schema 1."""

    id: Annotated[str, mandatory("", "its own, for ever")]
    owner: Annotated[str, mandatory("", "id of the node that owns it")]
    version: Annotated[int, mandatory("", "from 1, without gaps")]
    status: Annotated[Status, mandatory("Status", "open, then updated or closed")]
    kind: Annotated[Kind, mandatory("Type", "what happened")]
    day: Annotated[date, mandatory("Date", "when it happened")]
    place: Annotated[Place, mandatory("Place", "where it happened")]
    stage: Annotated[Stage, mandatory("Stage", "where in the way of the goods it happened")]
    law_day: Annotated[date, mandatory("Law as of", "the law as it stood then")]
    marking: Annotated[Marking, mandatory("Marking", "who may have it, and for what")]
    title: Annotated[str, mandatory("Title", "in a few words")]
    account: Annotated[str, optional("What happened", "what happened", unit="prose")] = ""
    lines: Annotated[tuple[Line, ...], optional("Goods", "the kinds of goods", place="line")] = ()
    equipment: Annotated[
        tuple[Equipment, ...], optional("Equipment", "machines and parts of some")
    ] = ()
    concealment: Annotated[
        Concealment | None,
        optional("Concealment", "how the goods were hidden; none: nothing is known"),
    ] = None
    label: Annotated[Label | None, optional("Label", "what a label says")] = None
    route: Annotated[tuple[Stop, ...], optional("Route", "the places of the route, in order")] = ()
    transport: Annotated[Transport, optional("Transport", "how the goods moved")] = Transport()
    packaging: Annotated[
        tuple[Packaging, ...], optional("Packaging", "what they were packed in")
    ] = ()
    flags: Annotated[tuple[str, ...], optional("Risk indicators", "ids of red flags")] = ()
    parties: Annotated[
        tuple[AllegedParty, ...],
        optional(
            "Alleged parties",
            "parties that it names, each in the role that it is alleged to have",
            place="party",
        ),
    ] = ()
    notifications: Annotated[
        tuple[str, ...], optional("Pre-export notifications", "references of linked notifications")
    ] = ()
    questions: Annotated[
        tuple[Question, ...], optional("Questions", "what others are asked", place="question")
    ] = ()
    changed: Annotated[
        str,
        optional(
            "",
            "what this version changes, and why",
            asks="Changes in this version, and why",
            unit="prose",
        ),
    ] = ""
    settled: Annotated[
        tuple[Settled, ...], optional("Replies to proposals", "what the owner made of proposals")
    ] = ()


class Proposal(Record, frozen=True, kw_only=True):
    """Another node comments, or asks for a change: kind "proposal", schema 1."""

    id: str
    incident: str
    owner: str  # of the incident
    about: int  # version that it refers to
    text: str
    at: str = ""  # part to change, like "line 2, found"; "": a comment
    instead: str = ""  # replacement text


class Sighting(Record, frozen=True, kw_only=True):
    """Another node had a similar case: kind "sighting", schema 1."""

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
