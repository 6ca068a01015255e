"""A checked claim in words: how it was understood, and the figures beside it."""

from tidewaiter.burden.claims.checking import state
from tidewaiter.burden.claims.findings import period_text
from tidewaiter.burden.claims.types import Claim, Finding
from tidewaiter.burden.facts import indicators, place_name

HEADS = ("period", "basis", "figure", "state", "release", "off by", "claim")
_FITS = {"holds": "holds", "rounds": "rounds", "no": "does not"}


def understood(claim: Claim) -> str:
    """Say how a claim was understood."""
    name = indicators()[claim.indicator].name
    place = place_name(claim.place)
    what = {
        "deaths": "deaths", "daily": "deaths a day", "rank": "rank",
        "share": f"share of {indicators()[claim.of].name.lower()}" if claim.of else "share",
        "change": "fall" if claim.direction < 0 else "rise",
    }[claim.measure]  # fmt: skip
    number = " ".join(filter(None, [claim.stated.comparator, _number(claim)]))
    period = period_text(claim.last, claim.months) if claim.last is not None else "no period"
    since = f" from {period_text(claim.against, claim.months)}" if claim.against is not None else ""
    ages = f"; ages {claim.ages[0]} to {claim.ages[1]}" if claim.ages else ""
    basis = f"; basis: {claim.basis}" if claim.basis else ""
    return f"{what}: {number}; {name}; {place}; {period}{since}{ages}{basis}"


def _number(claim: Claim) -> str:
    value, unit = claim.stated.value, claim.stated.unit
    if unit == "percent":
        return f"{value:.4g} %"
    return f"no. {value:.0f}" if unit == "rank" else f"{value:,.0f}"


def finding_row(each: Finding) -> tuple[str, ...]:
    """Lay out a figure that stands beside a claim, in the order of HEADS."""
    percent = each.unit == "percent"
    return (
        each.period, each.basis or "not told",
        f"{each.value:.1f} %" if percent else f"{each.value:,.0f}", state(each),
        each.releases[0], f"{each.difference:+.1f}" if percent else f"{each.difference:+,.0f}",
        f"{_FITS[each.fit]}{' (other denominator)' if each.aside else ''}",
    )  # fmt: skip
