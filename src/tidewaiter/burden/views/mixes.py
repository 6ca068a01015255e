"""The drug mix: drugs that certificates name, side by side and never added up."""

from collections.abc import Sequence

from msgspec import structs

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.types import Release
from tidewaiter.burden.views.picking import (
    Ask,
    Caption,
    Estimating,
    pick,
    rows_of,
    settled,
    without,
)
from tidewaiter.burden.views.trends import Point, Trend, trend_of

DRUGS = ("T40.4", "T43.6", "T40.5", "T40.2", "T40.1", "T40.3")
"""Classes of drugs, whose deaths overlap: one certificate may name several."""


class Mix(Record, frozen=True, kw_only=True):
    """Deaths by class of drug over time; the classes overlap, so no sum of them means anything."""

    caption: Caption  # of the release as a whole; its indicator is all overdose deaths
    drugs: tuple[Trend, ...]  # each with a caption of its own
    specified: (
        Point | None
    )  # percent of overdose deaths with a drug named: more naming, more of all
    not_there: tuple[str, ...]  # classes without a figure in this release


def mix(releases: Sequence[Release], ask: Ask, estimating: Estimating = without) -> Mix:
    """Return the drug mix of a place; the indicator asked for does not matter.

    Raises:
        MissingError: No release has a figure of any class of drugs there.
        InputError: A place or a month cannot be read.
    """
    ask = settled(releases, ask)
    release = mix_release(releases, ask)
    estimates = estimating(release)
    wanted = {key: structs.replace(ask, indicator=key) for key in DRUGS}
    there = [key for key in DRUGS if len(rows_of(release, wanted[key]))]
    drugs = tuple(trend_of(release, wanted[key], estimates) for key in there)
    specified = structs.replace(ask, indicator="specified")
    named = trend_of(release, specified) if len(rows_of(release, specified)) else None
    first = drugs[0].caption
    return Mix(
        caption=structs.replace(
            first, indicator="overdose", indicator_name="Overdose deaths by class of drug"
        ),
        drugs=drugs,
        specified=named.newest if named else None,
        not_there=tuple(key for key in DRUGS if key not in there),
    )


def mix_release(releases: Sequence[Release], ask: Ask) -> Release:
    """Return the release that has the most classes of drugs, of several the first that `pick` has.

    Raises:
        MissingError: None has any.
    """
    found: list[Release] = []
    problem: MissingError | None = None
    for key in DRUGS:
        try:
            found.append(pick(releases, structs.replace(ask, indicator=key)))
        except MissingError as error:
            problem = problem or error
    if not found and problem:
        raise problem
    return max(found, key=lambda each: (found.count(each), each.reading.released or 0))
