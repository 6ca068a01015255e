"""The law on a day: which controls hold a substance then."""

from datetime import date
from typing import Literal

from tidewaiter.substances.types import Control, Regime, Substance

State = Literal["held", "proposed", "later", "ended"]
"""Of a listing on a day: in force, published and not yet in force, not yet known, or over."""


def state_on(control: Control, day: date) -> State:
    """Tell how a control stands on a day; its last day is the one before `until`.

    A control whose first day is not known counts as in force from the day of its decision, or
    from ever: a date that nobody could read must not hide a listing.
    """
    if control.until is not None and control.until <= day:
        return "ended"
    if control.since is not None and control.since <= day:
        return "held"
    decided = control.decided is not None and control.decided <= day
    if control.since is None:
        return "held" if control.decided is None or decided else "later"
    return "proposed" if decided else "later"


def controls_on(substance: Substance, day: date) -> tuple[Control, ...]:
    """List the controls in force on a day.

    A control whose first day is not known counts as in force: a date that nobody could
    read must not hide a listing. Its mark says that the date is missing.
    """
    return tuple(control for control in substance.controls if state_on(control, day) == "held")


def controls_after(substance: Substance, day: date) -> tuple[Control, ...]:
    """List the controls that are decided or published and not yet in force on a day."""
    return tuple(c for c in substance.controls if state_on(c, day) in {"proposed", "later"})


def short_listing(regime: Regime, schedule: str) -> str:
    """Say in few words where something is listed, like "UN Table I" or "EU cat. 1".

    Args:
        regime: Its `short` may hold "{schedule}", and "{last}" for the last word of it.
        schedule: As the instrument prints it.
    """
    if not regime.short:
        return f"{regime.name}, {schedule}"
    last = schedule.rsplit(" ", 1)[-1]
    return regime.short.replace("{schedule}", schedule).replace("{last}", last)
