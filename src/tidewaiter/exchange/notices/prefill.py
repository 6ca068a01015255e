"""A pre-export notification, filled in from the line of an alert: nothing is sent by itself."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tidewaiter.exchange.notices.drafts import WrittenNotice, written_of
from tidewaiter.exchange.notices.types import (
    Amount,
    Authority,
    Mode,
    Notice,
    NoticeLine,
    Parties,
    Party,
    Transport,
)
from tidewaiter.law.registry import Registry
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.traders import RECEIVERS, SENDERS, party_as
from tidewaiter.trade.transport_modes import mode_of
from tidewaiter.trade.types import Alert, Line

_MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "sea": "sea",
        "air": "air",
        "road": "road",
        "rail": "rail",
        "inland water": "inland waterway",
        "mail": "post",
        "multimodal": "several",
        "fixed installation": "pipeline",
    }
)


def notice_of_alert(alert: Alert, registry: Registry, blank: WrittenNotice) -> WrittenNotice:
    """Fill in a notice with what the line of an alert says.

    Args:
        alert: The alert; each of its substances becomes a line of the notice.
        registry: For names and CAS numbers.
        blank: The empty form of this node.

    Returns:
        The notice; what the line does not say stays empty. Amounts are given only if the alert is
        for a single substance.
    """
    line = alert.line
    route = route_of(line)
    notice = Notice(
        reference=blank.reference,
        basis=blank.basis,
        confidentiality=blank.confidentiality,
        sender=blank.sender,
        recipient=Authority(name="", country=route.destination or ""),
        parties=Parties(exporter=_party(line, SENDERS), importer=_party(line, RECEIVERS)),
        lines=tuple(_lines(alert, registry)) or (NoticeLine(number=1),),
        transport=Transport(
            mode=_MODES.get(mode_of(line.mode)),
            means=" ".join(filter(None, (line.vessel, line.voyage))),
            exit_point=_place(line, "loading"),
            entry_point=_place(line, "unlading", "destination"),
            transit=route.transit,
            dispatch=line.departure,
            arrival=line.arrival,
            containers=line.containers or (),
        ),
    )
    return written_of(notice)


def _lines(alert: Alert, registry: Registry) -> Iterator[NoticeLine]:
    line, single = alert.line, len(alert.substances) == 1
    named = {each.slug: each for each in registry.substances if each.slug in alert.substances}
    known = [named[slug] for slug in alert.substances if slug in named]
    for number, substance in enumerate(known, 1):
        yield NoticeLine(
            number=number,
            name=substance.name,
            cas=next(iter(substance.cas), ""),
            hs=line.hs or "",
            net=_net(line) if single else Amount(),
            gross_mg=line.gross_mg if single else None,
            packages=line.packages,
            package_kind=line.pack or "",
        )


def _net(line: Line) -> Amount:
    """Return the net mass, or else the volume."""
    return Amount(mass_mg=line.net_mg, volume_ul=line.volume_ul if line.net_mg is None else None)


def _party(line: Line, roles: tuple[str, ...]) -> Party:
    found = party_as(line, roles)
    if found is None:
        return Party()
    return Party(name=found.name or "", address=found.address or "", country=found.country or "")


def _place(line: Line, *functions: str) -> str:
    stops = (stop for name in functions for stop in line.route or () if stop.function == name)
    return next((stop.name or stop.locode or "" for stop in stops if stop.name or stop.locode), "")
