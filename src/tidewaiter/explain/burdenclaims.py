"""A checked claim in words: how it was understood, and the figures beside it."""

from tidewaiter.burden.claims.describing import amount_text, state
from tidewaiter.burden.claims.findings import period_text
from tidewaiter.burden.claims.types import Claim, Finding, Gap
from tidewaiter.burden.facts import indicators, place_name

HEADS = ("period", "basis", "figure", "state", "release", "off by", "claim")
_FITS = {"holds": "holds", "rounds": "rounds", "no": "does not"}


def understood(claim: Claim) -> str:
    """Say how a claim was understood."""
    name = indicators()[claim.indicator].name
    place = place_name(claim.place) if claim.place else "place not understood"
    what = {
        "deaths": "deaths",
        "pace": f"deaths {'an' if claim.per == 'hour' else 'a'} {claim.per}",
        "interval": "time from one death to the next",
        "total": "deaths of several years",
        "rate": f"{claim.rate} rate" if claim.rate != "any" else "rate",
        "rank": "rank",
        "share": f"share of {indicators()[claim.of].name.lower()}" if claim.of else "share",
        "change": ("fall" if claim.direction < 0 else "rise")
        + (" of the rate" if claim.rate else ""),
    }[claim.measure]
    number = " ".join(filter(None, [claim.stated.comparator, _number(claim)]))
    period = _period(claim)
    since = f" from {period_text(claim.against, claim.months)}" if claim.against is not None else ""
    ages = f"; ages {claim.ages[0]} to {claim.ages[1]}" if claim.ages else ""
    basis = f"; basis: {claim.basis}" if claim.basis else ""
    return f"{what}: {number}; {name}; {place}; {period}{since}{ages}{basis}"


def read_text(claim: Claim) -> str:
    """List the words that were understood, each with its part in the claim."""
    return "; ".join(f'{part.role}: "{part.text}"' for part in claim.read)


def gap_text(gap: Gap) -> str:
    """Name words that were not understood, and what they seem to be."""
    return f'"{gap.text}"' if gap.kind == "word" else f'"{gap.text}" ({gap.kind})'


def _period(claim: Claim) -> str:
    if claim.since is not None:
        first = claim.since // 12
        return f"since {first}" if claim.last is None else f"{first} to {claim.last // 12}"
    return period_text(claim.last, claim.months) if claim.last is not None else "no period"


def _number(claim: Claim) -> str:
    value, unit = claim.stated.value, claim.stated.unit
    if unit == "percent":
        return f"{value:.4g} %"
    if unit in {"minutes", "per 100,000"}:
        return f"{value:.4g} {unit}"
    return f"no. {value:.0f}" if unit == "rank" else f"{value:,.0f}"


def finding_row(each: Finding) -> tuple[str, ...]:
    """Lay out a figure that stands beside a claim, in the order of HEADS."""
    whole = each.unit == "deaths"
    return (
        each.period,
        each.basis or "not told",
        amount_text(each.value, each.unit),
        state(each),
        each.releases[0],
        f"{each.difference:+,.0f}" if whole else f"{each.difference:+.1f}",
        f"{_FITS[each.fit]}{' (other denominator)' if each.aside else ''}",
    )
