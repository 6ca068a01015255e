"""Records of invented nodes, parties and goods, for tests."""

from datetime import date
from typing import TypeVar

import msgspec

from tidewaiter.exchange.incidents.types import (
    AllegedParty,
    Concealment,
    Equipment,
    Goods,
    Identified,
    Incident,
    Label,
    Line,
    Packaging,
    Place,
    Question,
    Stop,
    Transport,
)
from tidewaiter.exchange.protocol.markings import Marking

T = TypeVar("T", bound=msgspec.Struct)

TODAY = date(2026, 11, 26)
AMBER = Marking(tlp="amber", pap="green", purposes=("control", "investigation"))


def changed(record: T, **more: object) -> T:
    """Return a record with other values."""
    return msgspec.structs.replace(record, **more)


def party(
    ref: str = "p-1", name: str = "Alpha Trading", marking: Marking = AMBER, **more: object
) -> AllegedParty:
    """Return an alleged consignee."""
    base = AllegedParty(
        node="north",
        ref=ref,
        role="consignee",
        kind="organisation",
        name=name,
        country="NL",
        basis="air waybill",
        marking=marking,
    )
    return changed(base, **more)


def incident(**more: object) -> Incident:
    """Return a seizure with all of its parts."""
    base = Incident(
        id="inc-7",
        owner="north",
        version=1,
        status="open",
        kind="seizure",
        day=date(2026, 11, 3),
        place=Place(country="NL", name="Rotterdam", locode="NLRTM"),
        stage="import",
        law_day=date(2026, 11, 3),
        marking=AMBER,
        title="Drums with another label",
        account="Four drums declared as resin.",
        lines=(_line(),),
        equipment=(Equipment(text="Rotary press", substance="tablet-press", pieces=1),),
        concealment=Concealment(how="behind other goods", where="container"),
        label=Label(text="EPOXY RESIN", domestic=False),
        route=(Stop(function="loading", country="CN"), Stop(function="unlading", country="NL")),
        transport=Transport(mode="sea", container="MSCU1234566", bill="BL-1"),
        packaging=(Packaging(text="steel drum", packages=4),),
        flags=("C1", "D1"),
        parties=(party(),),
        notifications=("PEN-2026-11",),
        questions=(Question(number=1, text="Is the consignor known to you?"),),
    )
    return changed(base, **more)


def _line() -> Line:
    return Line(
        number=1,
        declared=Goods(text="Epoxy resin", hs="390730", net_mg=800_000_000),
        found=Goods(
            text="Clear liquid",
            substance="piperidine",
            cas="110-89-4",
            volume_ul=760_000_000,
            content_ppm=980_000,
        ),
        identified=Identified(method="laboratory", day=date(2026, 11, 9), by="Customs laboratory"),
    )
