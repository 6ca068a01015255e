"""Text for overdose-death figures: captions, values and checked claims."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from tidewaiter.burden.claims.checking import amount_text, state
from tidewaiter.burden.claims.findings import period_text
from tidewaiter.burden.claims.types import Claim, Finding, Gap
from tidewaiter.burden.indicators import indicators, place_name
from tidewaiter.burden.views.query import Caption
from tidewaiter.burden.views.trends import Measured, Point, Status
from tidewaiter.explain.languages import country, decimal, marked, month, number, words

INDICATORS: Mapping[str, str] = MappingProxyType(
    {
        "all-causes": marked("Deaths from all causes"),
        "overdose": marked("Drug overdose deaths"),
        "specified": marked("Overdose deaths with a drug specified, percent"),
        "opioids": marked("Opioids (T40.0-T40.4, T40.6)"),
        "T40.1": marked("Heroin (T40.1)"),
        "T40.2": marked("Natural and semi-synthetic opioids (T40.2)"),
        "T40.3": marked("Methadone (T40.3)"),
        "T40.4": marked("Synthetic opioids other than methadone (T40.4)"),
        "T40.5": marked("Cocaine (T40.5)"),
        "T43.6": marked("Psychostimulants with abuse potential (T43.6)"),
        "T40.2-T40.3": marked("Natural and semi-synthetic opioids with methadone (T40.2, T40.3)"),
        "T40.2-T40.4": marked(
            "Natural, semi-synthetic and synthetic opioids with methadone (T40.2-T40.4)"
        ),
    }
)
"""Display names of the indicators in data/burden/indicators.toml."""

_COUNTRY = 2


def indicator_words(key: str, name: str) -> str:
    """Return the display name of an indicator; without one, the source's name."""
    return words(INDICATORS[key]) if key in INDICATORS else name


def place_words(code: str, name: str) -> str:
    """Return a country's name in the current language, or another area's name as given."""
    return country(code) if len(code) == _COUNTRY else name


def period_words(months: int) -> str:
    """Return the length of each period."""
    if months == 1:
        return words("monthly counts")
    return words("%(months)s-month totals, by end month") % {"months": number(months)}


def span_words(months: int, last: str) -> str:
    """Return one period: "12 months to Dec 2022", or a single month."""
    if months == 1:
        return month_words(last)
    return words("%(months)s months ending %(month)s") % {
        "months": number(months),
        "month": month_words(last),
    }


def basis_words(basis: str) -> str:
    """Return whether deaths are counted by place of death or of residence."""
    told = {
        "occurrence": words("by place of death"),
        "residence": words("by place of residence"),
    }
    return told.get(basis, words("basis not stated"))


def status_words(status: Status) -> str:
    """Return whether a figure is final or provisional."""
    told = {
        "closed": words("closed"),
        "provisional": words("provisional"),
        "not told": words("status not stated"),
    }
    return told[status]


def measured_words(by: Measured, caption: Caption) -> str:
    """Return the kind of figure: reported, estimated or predicted."""
    told = {
        "reported": words("reported"),
        "estimate": words("estimate"),
        "predicted": predicted_words(caption),
    }
    return told[by]


def predicted_words(caption: Caption) -> str:
    """Return the name of the source's own estimate."""
    return (
        words("predicted by CDC")
        if caption.source_key.startswith("cdc")
        else words("predicted by the source")
    )


def missing_words(missing: str) -> str:
    """Return why a count is not shown."""
    told = {
        "suppressed": words("suppressed (small count)"),
        "low quality": words("suppressed (low data quality)"),
        "suppressed, low quality": words("suppressed (small count, low data quality)"),
        "not shown": words("not shown"),
    }
    return told.get(missing, missing)


def month_words(text: str) -> str:
    """Format a month such as "2022-12" in the current language."""
    year, _, number_of = text.partition("-")
    return month(date(int(year), int(number_of), 1)) if number_of else text


def begun(text: str) -> str:
    """Capitalise the first letter only; other capitals are kept."""
    return text[:1].upper() + text[1:]


def rate(value: float | None) -> str:
    """Format a rate with one decimal; "–" if None."""
    return "–" if value is None else decimal(value)


def amount(value: float | None) -> str:
    """Format a count; "–" if None."""
    return "–" if value is None else number(round(value))


def percent(value: float | None) -> str:
    """Format a percentage with one decimal; "–" if None."""
    return "–" if value is None else f"{decimal(value)} %"


def signed(value: float) -> str:
    """Format a percentage change with its sign."""
    shown = round(value, 1)
    return f"{'+' if shown > 0 else '−' if shown < 0 else '±'}{decimal(abs(shown))} %"


def interval_words(low: float | None, high: float | None) -> str:
    """Format an interval of counts; "" if a bound is missing."""
    if low is None or high is None:
        return ""
    return f"{amount(low)}–{amount(high)}"


def interval_name() -> str:
    """Return the name of the interval."""
    return words("%(share)s interval") % {"share": "95 %"}


def facts(caption: Caption) -> tuple[str, ...]:
    """Return the caption lines of a chart: place, period and basis; release; last closed period."""
    place = place_words(caption.place, caption.place_name)
    released = "" if caption.told else f" ({words('release month inferred')})"
    release = f"{words('Published release')} {caption.release}{released}"
    issuer = caption.authority or caption.source
    return (
        f"{place}; {period_words(caption.months)}; {basis_words(caption.basis)}",
        f"{release}, {issuer}, SHA-256 {caption.sha256[:12]}",
        closed_words(caption),
    )


def closed_words(caption: Caption) -> str:
    """Return which periods are closed."""
    if not caption.closed_to and caption.closing:
        return words("All periods are provisional and subject to revision.")
    if not caption.closed_to:
        return words("The release does not state which periods are closed.")
    if caption.closed_to == caption.newest:
        return words("All periods are closed.")
    return words(
        "Closed up to %(month)s; later periods are provisional and subject to revision."
    ) % {"month": month_words(caption.closed_to)}


def title_of(caption: Caption) -> str:
    """Return the title of a series: what is counted, and where."""
    name = indicator_words(caption.indicator, caption.indicator_name)
    return f"{name}, {place_words(caption.place, caption.place_name)}"


def newest_words(point: Point, caption: Caption) -> str:
    """Describe the newest period in one sentence, with its status and estimate."""
    told = []
    if point.reported is not None:
        told.append(f"{amount(point.reported)} {words('reported')}")
    if point.estimate is not None and point.status != "closed":
        interval = interval_words(point.low, point.high)
        told.append(
            f"{words('estimate')} {amount(point.estimate)}"
            + (f" ({interval_name()} {interval})" if interval else "")
        )
    if point.predicted is not None and point.status != "closed":
        told.append(f"{amount(point.predicted)} {predicted_words(caption)}")
    return f"{month_words(point.last)}: {'; '.join(told)}; {status_words(point.status)}"


HEADS = ("period", "basis", "figure", "state", "release", "difference", "claim")
_FITS = {"holds": "holds", "rounds": "rounds", "no": "does not"}


def understood(claim: Claim) -> str:
    """Return how a claim was interpreted."""
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
    """List the words that were recognised, each with its part in the claim."""
    return "; ".join(f'{part.role}: "{part.text}"' for part in claim.read)


def gap_text(gap: Gap) -> str:
    """Return the words that were not recognised, and the suggested meaning."""
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
    """Return the table row of a figure compared with a claim, in the order of HEADS."""
    whole = each.unit == "deaths"
    return (
        each.period,
        each.basis or "not stated",
        amount_text(each.value, each.unit),
        state(each),
        each.releases[0],
        f"{each.difference:+,.0f}" if whole else f"{each.difference:+.1f}",
        f"{_FITS[each.fit]}{' (other denominator)' if each.aside else ''}",
    )
