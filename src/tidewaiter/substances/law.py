"""The law on a day: which controls hold a substance then."""

from datetime import date

from tidewaiter.substances.types import Control, Regime, Substance


def controls_on(substance: Substance, day: date) -> tuple[Control, ...]:
    """List the controls in force on a day.

    A control whose first day is not known counts as in force: a date that nobody could
    read must not hide a listing. Its mark says that the date is missing.
    """
    return tuple(
        control
        for control in substance.controls
        if (control.since is None or control.since <= day)
        and (control.until is None or day < control.until)
    )


def controls_after(substance: Substance, day: date) -> tuple[Control, ...]:
    """List the controls that are decided or published and not yet in force on a day."""
    return tuple(c for c in substance.controls if c.since is not None and c.since > day)


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
