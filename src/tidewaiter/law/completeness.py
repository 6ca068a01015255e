"""How complete and how well verified the loaded copy of each instrument is."""

from collections import Counter, defaultdict
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.law.controls import state_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Control, Regime


class Completeness(Record, frozen=True, kw_only=True):
    """The loaded copy of an instrument, counted against its official text."""

    regime: str  # slug
    jurisdiction: str
    official: int | None  # numbered rows of the official text; None: not counted
    numbers: int  # different official row numbers that are loaded
    substances: int  # controlled by name on the day
    listings: int  # their entries: a substance may be in several schedules
    classes: int  # class rules in force on the day
    missing: int  # entries about official rows that are not loaded
    amendments: int  # known later amendments that are not loaded
    read: int  # listings whose control was read in an official text or copy
    second_hand: int
    unverified: int
    days_read: int  # listings whose dates were read so
    undated: int  # listings without a first day in force
    edition: date | None  # day of the newest text that was read in full
    checked: date  # last day until which changes were searched for
    age: int  # days from then to the day; 0: it is not later
    complete: bool  # "not listed" is answered for the day

    @property
    def read_share(self) -> float | None:
        """Return the share of listings that were read; None: there are none."""
        return self.read / self.listings if self.listings else None


def completeness_of(registry: Registry, day: date) -> tuple[Completeness, ...]:
    """Count the loaded copy of each instrument on a day, in the order of the registry."""
    held: defaultdict[str, list[Control]] = defaultdict(list)
    substances: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    for substance in registry.substances:
        controls = [each for each in substance.controls if state_on(each, day) == "held"]
        regimes = {each.regime for each in controls}
        if substance.kind == "class":
            classes.update(regimes)
            continue
        substances.update(regimes)
        for control in controls:
            held[control.regime].append(control)
    return tuple(
        _completeness(regime, held[slug], substances[slug], classes[slug], day)
        for slug, regime in registry.regimes.items()
    )


def _completeness(
    regime: Regime, controls: list[Control], substances: int, classes: int, day: date
) -> Completeness:
    marks = Counter(each.mark for each in controls)
    rows = {
        (each.schedule, number.strip())
        for each in controls
        for number in each.number.split(",")
        if number.strip()
    }
    unloaded = [each for each in regime.amendments if not each.loaded and each.begins <= day]
    age = max((day - regime.checked).days, 0)
    return Completeness(
        regime=regime.slug,
        jurisdiction=regime.jurisdiction,
        official=sum(regime.rows.values()) if regime.rows else None,
        numbers=len(rows),
        substances=substances,
        listings=len(controls),
        classes=classes,
        missing=len(regime.missing),
        amendments=len(unloaded),
        read=marks["read"],
        second_hand=marks["second-hand"],
        unverified=marks["unverified"],
        days_read=sum(each.since is not None and each.dates == "read" for each in controls),
        undated=sum(each.since is None for each in controls),
        edition=regime.edition,
        checked=regime.checked,
        age=age,
        complete=regime.covers is not None
        and regime.covers <= day
        and regime.edition is not None
        and age <= regime.tolerance_days,
    )
