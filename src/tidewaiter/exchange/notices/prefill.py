"""A pre-export notification, filled in from the line of an alert: nothing is sent by itself."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from tidewaiter.exchange.notices.drafts import WrittenNotice
from tidewaiter.exchange.notices.types import Authority, Mode, Party
from tidewaiter.law.registry import Registry
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.traders import RECEIVERS, SENDERS
from tidewaiter.trade.transport_modes import mode_of
from tidewaiter.trade.types import Alert, Line, Stop

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


def notice_of_alert(alert: Alert, registry: Registry, sender: Authority) -> WrittenNotice:
    """Fill in a notice with what the line of an alert says.

    Args:
        alert: The alert; each of its substances becomes a line of the notice.
        registry: For names and CAS numbers.
        sender: This node's authority.

    Returns:
        The notice; what the line does not say stays empty. The quantity is given only if the alert
        is for a single substance.
    """
    line = alert.line
    route = route_of(line)
    told = {
        "sender": sender,
        "recipient": {"name": "", "country": route.destination or ""},
        "parties": {"exporter": _party(line, SENDERS), "importer": _party(line, RECEIVERS)},
        "lines": list(_lines(alert, registry)) or [{}],
        "transport": {
            "mode": _MODES.get(mode_of(line.mode)),
            "means": " ".join(filter(None, (line.vessel, line.voyage))),
            "exit_point": _place(line, "loading"),
            "entry_point": _place(line, "unlading", "destination"),
            "transit": " ".join(route.transit),
            "dispatch": line.departure,
            "arrival": line.arrival,
            "containers": "\n".join(line.containers or ()),
        },
    }
    return msgspec.convert(told, WrittenNotice, from_attributes=True)


def _lines(alert: Alert, registry: Registry) -> Iterator[dict[str, Any]]:
    line = alert.line
    known = {each.slug: each for each in registry.substances if each.slug in alert.substances}
    for slug in alert.substances:
        if slug in known:
            yield {
                "name": known[slug].name,
                "cas": next(iter(known[slug].cas), ""),
                "hs": line.hs or "",
                "packages": line.packages,
                "package_kind": line.pack or "",
                **(_amounts(line) if len(alert.substances) == 1 else {}),
            }


def _amounts(line: Line) -> dict[str, str]:
    net = _amount(line.net_mg, "kg") or _amount(line.volume_ul, "l")
    return {"net": net, "gross": _amount(line.gross_mg, "kg")}


def _amount(millionths: int | None, unit: str) -> str:
    """Return milligrams as kilograms, or microlitres as litres; "": not given."""
    return "" if millionths is None else f"{Decimal(millionths).scaleb(-6).normalize():f} {unit}"


def _party(line: Line, roles: tuple[str, ...]) -> Party:
    parties = line.parties or ()
    found = next((p for role in roles for p in parties if p.role == role and p.name), None)
    if found is None:
        return Party()
    return Party(name=found.name or "", address=found.address or "", country=found.country or "")


def _place(line: Line, *functions: str) -> str:
    stops: list[Stop] = [s for f in functions for s in line.route or () if s.function == f]
    return next((stop.name or stop.locode or "" for stop in stops if stop.name or stop.locode), "")
