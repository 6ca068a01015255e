"""Titles of alerts in few words, where a line of a table or a heading must do."""

from collections.abc import Iterator, Mapping

from tidewaiter.consignments.types import Alert, Holding
from tidewaiter.report.languages import words
from tidewaiter.substances.law import short_listing
from tidewaiter.substances.types import Regime


def short_title(alert: Alert, regimes: Mapping[str, Regime], most: int) -> str:
    """Return the title of an alert with the listings of its first substance in few words.

    Args:
        alert: Its title names one listing in full.
        regimes: By slug.
        most: How many listings are named; the rest is counted.

    Returns:
        A title like "Acetone (UN Table II, EU cat. 3 +4 more)".
    """
    held = [each for each in alert.law if each.substance in alert.substances[:1]]
    for first in held:
        regime = regimes.get(first.regime)
        printed = f"({regime.name}, {first.schedule})" if regime else ""
        if printed and printed in alert.title:
            holds = [each for each in held if each.answer != "not listed"]
            told = list(dict.fromkeys(_told([first, *holds], regimes)))
            more = words(" +{count} more").format(count=len(told) - most)
            more = more if len(told) > most else ""
            return alert.title.replace(printed, f"({', '.join(told[:most])}{more})", 1)
    return alert.title


def _told(held: list[Holding], regimes: Mapping[str, Regime]) -> Iterator[str]:
    for each in held:
        regime = regimes.get(each.regime)
        yield short_listing(regime, each.schedule) if regime else f"{each.regime} {each.schedule}"
