"""Fitting: whether an entry is of this operator, substance and site, and valid on the day."""

from collections.abc import Iterator
from datetime import date

from tidewaiter.exchange.register.book import stop_on
from tidewaiter.exchange.register.types import FindingKind, Grant, Standing

Misfit = tuple[FindingKind, str]


def misfits(
    entry: Standing | Grant, day: date, *, operator: str, substance: str, site: str
) -> Iterator[Misfit]:
    """Yield what of an entry does not fit, each with its words.

    Args:
        entry: In the version that holds on the day.
        day: Of the shipment.
        operator: Id; "": not known.
        substance: Slug; "": not known.
        site: Id; "": not said.
    """
    name = f"{entry.kind} {entry.number}"
    if day < entry.since:
        yield "not yet valid", f"{name} is valid from {entry.since}"
    if entry.until is not None and day > entry.until:
        yield "expired", f"{name} was valid until {entry.until}"
    stop = stop_on(entry.stops, day)
    if stop is not None:
        reason = f": {stop.reason}" if stop.reason else ""
        end = f" until {stop.until}" if stop.until else ""
        yield stop.kind, f"{name} is {stop.kind} from {stop.since}{end}{reason} ({stop.source})"
    substances = entry.substances if isinstance(entry, Standing) else (entry.substance,)
    if substance not in substances:
        if substance:
            yield "wrong substance", f"{name} is for {', '.join(substances)}, not {substance}"
        else:
            yield "not known", f"{name} is for {', '.join(substances)}; the substance is not known"
    if operator != entry.operator:
        if operator:
            yield "wrong operator", f"{name} is of {entry.operator}, not of {operator}"
        else:
            yield "not known", f"{name} is of {entry.operator}; the operator is not known"
    if entry.sites and site not in entry.sites:
        sites = ", ".join(entry.sites)
        if site:
            yield "wrong site", f"{name} is for {sites}, not {site}"
        else:
            yield "not known", f"{name} is for {sites}; the site is not said"
