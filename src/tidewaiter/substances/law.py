"""The law on a day: which controls hold a substance then."""

from datetime import date

from tidewaiter.substances.types import Control, Substance


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
