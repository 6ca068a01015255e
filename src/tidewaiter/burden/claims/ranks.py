"""Claims of a leading cause at some ages: what the data at hand can show, and what they cannot."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tidewaiter.base.records import Record
from tidewaiter.burden.claims.types import Claim
from tidewaiter.burden.claims.words import statements
from tidewaiter.burden.facts import indicators
from tidewaiter.burden.months import month_text
from tidewaiter.burden.types import Release

_BAND = re.compile(r"age=(\d+)-(\d+)")
_CARVED = (
    "A rank holds on one list of causes and not on another. In the official ranking overdose is no "
    'cause of its own: most of these deaths are in "Accidents (unintentional injuries)", some in '
    "suicide and homicide. The claim can hold only where they are carved out of these as a "
    "category of their own; that must be said with it."
)
_ANY = "any-"  # the code on any certificate, whatever the underlying cause


class Bounds(Record, frozen=True, kw_only=True):
    """Deaths at some ages, as far as bands of ages tell."""

    release: str
    address: str
    indicator: str
    last: int
    inside: tuple[str, float]  # the ages of the bands that lie within, and their deaths
    around: tuple[str, float]  # the same of the bands that touch the ages


def age_bounds(
    releases: Sequence[Release], indicator: str, ages: tuple[int, int], place: str = "US"
) -> Iterator[Bounds]:
    """Yield for each release and period how many died at least and at most at some ages."""
    low, high = ages
    for release in releases:
        bands: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
        for row in release.reading.figures.to_pylist():
            match = _BAND.fullmatch(row["part"])
            asked = (row["place"], row["indicator"]) == (place, indicator)
            if match and asked and row["value"] is not None:
                bands[row["last"]].append((int(match[1]), int(match[2]), row["value"]))
        for last, found in bands.items():
            inside = sorted(band for band in found if low <= band[0] and band[1] <= high)
            around = sorted(band for band in found if band[0] <= high and low <= band[1])
            if inside:
                yield Bounds(
                    release=release.label,
                    address=release.name,
                    indicator=indicator,
                    last=last,
                    inside=_summed(inside),
                    around=_summed(around),
                )


def rank_answer(
    claim: Claim, releases: Sequence[Release]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say what can be said of a leading cause.

    Returns:
        What the data show and who said what, in sentences; and what is missing to tell.
    """
    ages = claim.ages or (0, 199)
    said = [_CARVED]
    for indicator in dict.fromkeys((claim.indicator, f"{_ANY}{claim.indicator}")):
        said += [bounds_text(each, ages) for each in age_bounds(releases, indicator, ages)]
    said += [
        f'{each.who} ({each.said}): "{each.what}" ({each.address})'
        for each in statements()
        if each.indicator in (claim.indicator, "overdose")
    ]
    return tuple(said), _missing(claim, ages)


def bounds_text(each: Bounds, ages: tuple[int, int]) -> str:
    """Write what bands of ages tell, with its release."""
    note = (
        " This counts the code on any certificate, so it is no count of overdose deaths."
        if (each.indicator.startswith(_ANY))
        else ""
    )
    name = indicators()[each.indicator].name if each.indicator in indicators() else each.indicator
    inside, around = each.inside, each.around
    told = f"{inside[1]:,.0f} deaths at ages {inside[0]}"
    if inside != around:
        told += f", {around[1]:,.0f} at ages {around[0]}; ages {ages[0]} to {ages[1]} lie between"
    return f"{name}, {month_text(each.last)[:4]}: {told} ({each.release}, {each.address}).{note}"


def _missing(claim: Claim, ages: tuple[int, int]) -> tuple[str, ...]:
    span = f"ages {ages[0]} to {ages[1]}" if claim.ages else "the ages that are meant"
    name = indicators()[claim.indicator].name
    causes = (
        f"all underlying causes by single year of age on the list of 113 causes, {span}: CDC "
        "WONDER or the NVSS multiple-cause file of the year"
    )
    own = (
        f"overdose deaths (X40-X44, X60-X64, X85, Y10-Y14) at the same ages, of these {name}, from "
        "the same file, to be taken out of accidents, suicide and homicide"
    )
    rivals = (
        "the deaths of the rivals at these ages (heart disease, cancer, COVID-19, suicide, what is "
        "left of accidents): none are at hand, so no rank is computed"
    )
    return causes, own, rivals


def _summed(bands: list[tuple[int, int, float]]) -> tuple[str, float]:
    return f"{bands[0][0]} to {bands[-1][1]}", sum(band[2] for band in bands)
