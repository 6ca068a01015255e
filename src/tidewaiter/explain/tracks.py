"""How rules, substances and lists came out, in words: shares with what a count cannot tell."""

from collections.abc import Callable, Mapping, Sequence

from tidewaiter.base.records import Record
from tidewaiter.casework.counts import Track
from tidewaiter.casework.overviewrules import OverviewRules, load_overview_rules
from tidewaiter.parties.calibration.shares import Share, share_of
from tidewaiter.report.languages import counted, number, words

_PERCENT = 100
_FILTERS = frozenset({"rule", "substance"})  # of the queue
_FINE = 10  # percent below which a share is told with a decimal


class TrackView(Record, frozen=True, kw_only=True):
    """A rule, a substance or a list, and how its alerts came out."""

    key: str
    title: str
    asks: Mapping[str, str] | None  # of the queue, for its open alerts; None: it has no such filter
    added: int
    share: str  # of all alerts
    decided: int
    precision: str  # confirmed of the decided ones, or that they are too few to say
    interval: str  # "": too few to say
    low: float  # of the interval, in percent, for the drawing
    dot: float
    high: float
    tells: bool  # enough were decided
    released: int
    results: str  # what inspections and laboratories found; "": nothing yet
    noisy: bool
    bulk: str  # how many alerts bulk decisions decided, which count once each; "": none


def track_views(
    tracks: Sequence[Track], raised: int, subject: str, titled: Callable[[str], str]
) -> tuple[TrackView, ...]:
    """Return tracks in words, in their order.

    Args:
        tracks: Of rules, substances or lists.
        raised: How many alerts came in.
        subject: rule, substance, list.
        titled: What to print for a key.
    """
    return tuple(_view(each, raised, subject, titled(each.key)) for each in tracks)


def is_noisy(track: Track, raised: int, rules: OverviewRules) -> bool:
    """Tell whether alerts of a rule are many, and hardly ever right, whatever chance did."""
    if track.decided < rules.few or not raised or track.added / raised < rules.noisy_share:
        return False
    return share_of(track.confirmed, track.decided).high < rules.noisy_precision


def noisy_in_words(track: Track, raised: int, title: str) -> str:
    """Say of a noisy rule what it raised, and how much of it was right."""
    told = words(
        "%(rule)s raised %(share)s of alerts, and %(right)s of its %(decided)s decided ones "
        "were confirmed."
    )
    return told % {
        "rule": title,
        "share": percent(track.added / raised if raised else 0.0),
        "right": percent(track.confirmed / track.decided if track.decided else 0.0),
        "decided": number(track.decided),
    }


def percent(share: float) -> str:
    """Write a share, fine where it is small."""
    return f"{_parts(share)}\u00a0%"


def _view(track: Track, raised: int, subject: str, title: str) -> TrackView:
    rules, share = load_overview_rules(), share_of(track.confirmed, track.decided)
    tells = track.decided >= rules.few
    return TrackView(
        key=track.key,
        title=title,
        asks={"status": "open", subject: track.key} if subject in _FILTERS else None,
        added=track.added,
        share=percent(track.added / raised if raised else 0.0),
        decided=track.decided,
        precision=percent(share.share) if tells else words("too few to say"),
        interval=_interval(share) if tells else "",
        low=round(share.low * _PERCENT, 1),
        dot=round(share.share * _PERCENT, 1),
        high=round(share.high * _PERCENT, 1),
        tells=tells,
        released=track.released,
        results=_results(track),
        noisy=subject == "rule" and is_noisy(track, raised, rules),
        bulk=_bulk(track),
    )


def _bulk(track: Track) -> str:
    if not track.bulk:
        return ""
    text = counted(
        "{acts} bulk decision on {alerts} alerts counts once",
        "{acts} bulk decisions on {alerts} alerts count once each",
        track.bulk,
    )
    return text.format(acts=number(track.bulk), alerts=number(track.bulk_alerts))


def _interval(share: Share) -> str:
    return f"{_parts(share.low)}–{percent(share.high)}"


def _parts(share: float) -> str:
    parts = share * _PERCENT
    return number(round(parts, 1) if 0 < parts < _FINE else round(parts))


def _results(track: Track) -> str:
    told = {words("confirmed"): track.result_confirmed, words("refuted"): track.result_refuted}
    return ", ".join(f"{number(count)} {name}" for name, count in told.items() if count)
