"""What a duty requires, in short."""

from functools import lru_cache

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import Duty

_KEPT = 1 << 16


@lru_cache(maxsize=_KEPT)
def duty_in_short(duty: Duty) -> Phrase:
    """Describe a duty briefly: "export: pre-export notification, 5 working days"."""
    doubts = ["open"] * (not duty.known) + ["marked"] * (duty.mark != "read")
    code = f"demanded/{'-'.join(doubts) or 'plain'}"
    told = {"mark": duty.mark} if duty.mark != "read" else {}
    return Phrase(code, direction=duty.role, demand=demand_of(duty), **told)


def demand_of(duty: Duty) -> Phrase:
    """Return what a duty requires and how long before."""
    if duty.days is None:
        return Phrase("demand/plain", duty=duty.kind)
    return Phrase(f"demand/{duty.day_kind}", duty=duty.kind, figure=duty.days)


def duty_of(said: Phrase) -> tuple[str, str]:
    """Return kind and direction of a duty described by `duty_in_short`."""
    demand = said.parameters.get("demand")
    kind = demand.parameters.get("duty") if isinstance(demand, Phrase) else ""
    return str(kind), str(said.parameters.get("direction", ""))
