"""A checked claim in plain words."""

import textwrap
from collections.abc import Iterable, Iterator

from tidewaiter.burden.claims.checking import state
from tidewaiter.burden.claims.findings import period_text
from tidewaiter.burden.claims.types import Checked, Claim, Finding
from tidewaiter.burden.facts import indicators, places

_WIDTH = 100
_SHOWN = 14  # figures of a table
_FITS = {"holds": "holds", "rounds": "rounds", "no": "does not"}
_HEAD = ("period", "basis", "figure", "state", "release", "off by", "claim")


def answer_text(checked: Checked) -> str:
    """Write a checked claim: as understood, the figures, the verdict, what is missing."""
    claim = checked.claim
    lines = [f'"{claim.text}"', *_wrapped("understood as", [_understood(claim)])]
    lines += _wrapped("taken", claim.assumed)
    if claim.unread:
        lines += _wrapped("not understood", [", ".join(claim.unread)])
    lines += ["", *_table(checked.findings)] if checked.findings else []
    lines += ["", f"verdict: {checked.verdict}", *(each for line in checked.summary
                                                  for each in _lines(line))]  # fmt: skip
    for title, texts in (("mind", checked.warnings), ("missing to tell more", checked.missing)):
        if texts:
            lines += ["", f"{title}:", *(each for text in texts for each in _lines(f"- {text}"))]
    return "\n".join(lines) + "\n"


def _understood(claim: Claim) -> str:
    name = indicators()[claim.indicator].name
    place = places()[claim.place].name
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


def _table(findings: tuple[Finding, ...]) -> Iterator[str]:
    rows = [_HEAD, *(_row(each) for each in findings[:_SHOWN])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        cells = [
            cell.rjust(width) if name in {"figure", "off by"} else cell.ljust(width)
            for cell, width, name in zip(row, widths, _HEAD, strict=True)
        ]
        yield "  ".join(cells).rstrip()
    if len(findings) > _SHOWN:
        yield f"and {len(findings) - _SHOWN} more: --json shows all"


def _row(each: Finding) -> tuple[str, ...]:
    percent = each.unit == "percent"
    return (
        each.period, each.basis or "not told",
        f"{each.value:.1f} %" if percent else f"{each.value:,.0f}", state(each),
        each.releases[0], f"{each.difference:+.1f}" if percent else f"{each.difference:+,.0f}",
        f"{_FITS[each.fit]}{' (other denominator)' if each.aside else ''}",
    )  # fmt: skip


def _wrapped(title: str, texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in _lines(f"{title}: {text}")]


def _lines(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
