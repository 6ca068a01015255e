"""Official figures in words: each with all that a number must carry."""

from collections.abc import Sequence

from tidewaiter.burden.claims.types import Finding, Unit

BASES = {
    "occurrence": "deaths that occurred there",
    "residence": "deaths of residents",
    "": "deaths, basis not told",
}


def described(each: Finding) -> str:
    """Write a figure with all that a number must carry."""
    value = amount_text(each.value, each.unit)
    how = f" ({each.how})" if each.how else ""
    return (
        f"{value}{how}, {each.period}, {each.place}, {BASES[each.basis]}, {state(each)}, "
        f"{each.releases[0]}"
    )


def state(each: Finding) -> str:
    """Say whether a figure is predicted, closed or provisional."""
    if each.kind == "predicted":
        return "predicted"
    if each.closed is None:
        return "reported, not told whether closed"
    return "closed" if each.closed else "reported, provisional"


def amount_text(value: float, unit: Unit) -> str:
    """Write a figure in its unit."""
    if unit in {"deaths", "rank"}:
        return f"{value:,.0f}"
    return f"{value:.1f} {'%' if unit == 'percent' else unit}"


def off_text(each: Finding) -> str:
    """Say how far a claim is from a figure."""
    amount = _amount(abs(each.difference), each)
    if not round(each.difference, 1):
        return "is exactly that"
    return f"is {amount} {'higher' if each.difference < 0 else 'lower'}"


def _amount(value: float, each: Finding) -> str:
    return f"{value:.1f} points" if each.unit == "percent" else amount_text(value, each.unit)


def range_text(judged: Sequence[Finding]) -> str:
    """Say what the figures reach where no period is said."""
    years = {each.period for each in judged}
    low, high = (pick(judged, key=lambda each: each.value) for pick in (min, max))
    return (
        f"Of the years at hand, {min(years)} to {max(years)}, the lowest "
        f"is {described(low)}, the highest {described(high)}."
    )


def years_text(years: tuple[int, ...]) -> str:
    """Write years, those in a row as a span: "1999 to 2016, 2019"."""
    rows: list[list[int]] = []
    for year in years:
        if rows and rows[-1][-1] == year - 1:
            rows[-1].append(year)
        else:
            rows.append([year])
    return ", ".join(f"{row[0]} to {row[-1]}" if len(row) > 1 else str(row[0]) for row in rows)
