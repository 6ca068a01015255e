"""The ministerial briefing: one self-contained page for screen and paper."""

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.burden.views.briefing import Brief
from tidewaiter.burden.views.trends import best_of
from tidewaiter.explain.burden import (
    amount,
    closed_words,
    indicator_words,
    interval_name,
    interval_words,
    measured_words,
    place_words,
    predicted_words,
    span_words,
    status_words,
    title_of,
)
from tidewaiter.explain.languages import language, speaking, words
from tidewaiter.report.burden.breakdowns import map_figure, mix_figure
from tidewaiter.report.burden.trends import change_words, overlap, trend_figures
from tidewaiter.report.charts import Figure
from tidewaiter.report.pages import environment, hashed, static

_FEW_PLACES = 10  # maximum number of places listed as the highest


class _Page(Record, frozen=True, kw_only=True):
    brief: Brief
    title: str
    place: str
    lead: str
    change: str
    provisional: tuple[str, ...]
    limits: tuple[str, ...]
    trend: Figure
    drugs: Figure | None
    places: Figure | None
    highest: str
    language: str
    css: Markup
    policy: str


def render_brief(brief: Brief, *, spoken: str = "en") -> str:
    """Return a briefing as one self-contained HTML page; one A4 page when printed."""
    with speaking(spoken):
        return environment().get_template("brief.html").render(page=_page(brief))


def _page(brief: Brief) -> _Page:
    css = static("colours.css", "brief.css")
    told = brief.trend
    return _Page(
        brief=brief,
        title=title_of(told.caption),
        place=place_words(told.caption.place, told.caption.place_name),
        lead=lead_words(brief),
        change=change_words(told.change, told.caption) if told.change else "",
        provisional=_provisional(brief),
        limits=_limits(brief),
        trend=trend_figures(told)[0],
        drugs=mix_figure(brief.drugs) if brief.drugs else None,
        places=map_figure(brief.places) if brief.places else None,
        highest=_highest(brief),
        language=language(),
        css=css,
        policy=(
            f"default-src 'none'; style-src {hashed(css)}; img-src data:; base-uri 'none'; "
            "form-action 'none'"
        ),
    )


def lead_words(brief: Brief) -> str:
    """Describe the newest figure and its interval in one sentence."""
    told, newest = brief.trend.caption, brief.trend.newest
    if newest is None:
        return words("No value is shown.")
    value, by = best_of(newest)
    interval = interval_words(newest.low, newest.high) if by == "estimate" else ""
    beside = []
    if interval:
        beside.append(f"{interval_name()} {interval}")
    if by == "estimate" and newest.reported is not None:
        beside.append(f"{amount(newest.reported)} {words('reported')}")
    if by == "estimate" and newest.predicted is not None:
        beside.append(f"{amount(newest.predicted)} {predicted_words(told)}")
    beside.append(status_words(newest.status))
    named = words("estimated") if by == "estimate" else measured_words(by, told)
    return words("%(what)s, %(place)s, %(period)s: %(value)s %(by)s (%(beside)s).") % {
        "what": indicator_words(told.indicator, told.indicator_name),
        "place": place_words(told.place, told.place_name),
        "period": span_words(told.months, newest.last),
        "value": amount(value),
        "by": named,
        "beside": "; ".join(beside),
    }


def _provisional(brief: Brief) -> tuple[str, ...]:
    said = [closed_words(brief.trend.caption)]
    if any(each.estimate is not None for each in brief.trend.points):
        said.append(
            words(
                "The estimate projects the count once the period is closed; about 1 in "
                "20 closed counts falls outside the interval."
            )
        )
    flags = dict.fromkeys(each.flag for each in brief.trend.points if each.flag)
    return (*said, *flags)


def _limits(brief: Brief) -> tuple[str, ...]:
    told = brief.trend.caption
    said = [
        words(
            "The figures do not explain why deaths rose or fell, and do not show the "
            "effect of any measure."
        )
    ]
    if overlap(brief.trend):
        said.append(
            words(
                "Periods overlap: do not add them up. A turn in the trend shows only months later."
            )
        )
    if told.basis == "occurrence":
        said.append(
            words(
                "Deaths are counted where they occurred, including those of visitors; "
                "final counts by residence differ."
            )
        )
    if brief.drugs:
        said.append(words("Drug classes overlap; T40.4 is a class, not a single substance."))
    if brief.places:
        said.append(
            words("Places report at different speeds; the order is not a ranking of performance.")
        )
    return tuple(said)


def _highest(brief: Brief) -> str:
    if brief.places is None:
        return ""
    shown = [each for each in brief.places.rows if each.value is not None][:_FEW_PLACES]
    return ", ".join(place_words(each.place, each.name) for each in shown)
