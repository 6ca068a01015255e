"""An incident, filled in from the line of an alert: nothing is sent by itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from tidewaiter.exchange.incidents.types import Mode, Role
from tidewaiter.exchange.notices.amounts import written_amount
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.trade.transport_modes import mode_of
from tidewaiter.trade.types import Alert

_MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "sea": "sea",
        "air": "air",
        "road": "road",
        "rail": "rail",
        "inland water": "inland-water",
        "mail": "post",
    }
)
_ROLES = frozenset(get_args(Role))
_TEXT = 2_000  # characters of goods


def incident_of_alert(alert: Alert) -> dict[str, Any]:
    """Fill in an incident with what the line of an alert says.

    Returns:
        Values of `exchange.incidents.drafts.Draft` as a form gives them; what the line does not say
        is left out, and so are the kind, the place and what was found.
    """
    line = alert.line
    goods: dict[str, Any] = {"text": (line.goods or line.commercial or "")[:_TEXT]}
    if len(alert.substances) == 1:
        goods["substance"] = alert.substances[0]
    if line.net_mg is not None:
        goods["mass"] = written_amount(Amount(mass_mg=line.net_mg))
    return {
        "title": line.consignment,
        "lines": [{"declared": goods}],
        "parties": [
            {"role": party.role, "name": party.name, "country": party.country or ""}
            for party in line.parties or ()
            if party.name and party.role in _ROLES
        ],
        "transport": {"mode": _MODES.get(mode_of(line.mode), "unknown")},
    }
