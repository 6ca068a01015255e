"""Text for rules: meaning, weight, precision and change history."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from tidewaiter.base.phrases import load_phrases
from tidewaiter.base.plugins import RULES, plugin_for
from tidewaiter.base.records import Record
from tidewaiter.casework.counts import OverviewRules, Track, load_overview_rules
from tidewaiter.explain.languages import counted, day, number, words
from tidewaiter.explain.phrases import translated_template
from tidewaiter.explain.words import Library
from tidewaiter.parties.calibration.types import Share, share_of
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.rules.plugins import plugin_rules
from tidewaiter.trade.rules.results import load_result_rules
from tidewaiter.trade.rules.switches import (
    RuleSetting,
    Switch,
    load_switch_rules,
    switch_of,
    switchable,
    switches_on,
)

_PERCENT = 100
_FILTERS = frozenset({"rule", "substance"})  # filters of the queue
_FINE = 10  # shares below this percentage are shown with one decimal


class TrackView(Record, frozen=True, kw_only=True):
    """Outcomes of the alerts of a rule, a substance or a list."""

    key: str
    title: str
    asks: Mapping[str, str] | None  # queue filter for its open alerts; None: there is none
    added: int
    share: str  # share of all alerts
    decided: int
    precision: str  # confirmed share of decided alerts, or a note that there are too few
    interval: str  # "": too few decided alerts
    low: float  # lower bound of the interval, in percent, for the chart
    dot: float
    high: float
    tells: bool  # whether enough alerts were decided
    released: int
    results: str  # findings of inspections and laboratories; "": none yet
    noisy: bool
    bulk: str  # number of alerts closed by bulk decisions, each of which counts once; "": none


def track_views(
    tracks: Sequence[Track], raised: int, subject: str, titled: Callable[[str], str]
) -> tuple[TrackView, ...]:
    """Format tracks for display, in the given order.

    Args:
        tracks: Tracks of rules, substances or lists.
        raised: Total number of alerts.
        subject: "rule", "substance" or "list".
        titled: Returns the display title of a key.
    """
    return tuple(_track_view(each, raised, subject, titled(each.key)) for each in tracks)


def is_noisy(track: Track, raised: int, rules: OverviewRules) -> bool:
    """Return whether a rule raises many alerts that are almost never confirmed, beyond chance."""
    if track.decided < rules.few or not raised or track.added / raised < rules.noisy_share:
        return False
    return share_of(track.confirmed, track.decided).high < rules.noisy_precision


def noisy_in_words(track: Track, raised: int, title: str) -> str:
    """Describe a noisy rule: how many alerts it raised, and the share confirmed."""
    told = words(
        "%(rule)s raised %(share)s of alerts; %(right)s of its %(decided)s decided "
        "alerts were confirmed."
    )
    return told % {
        "rule": title,
        "share": percent(track.added / raised if raised else 0.0),
        "right": percent(track.confirmed / track.decided if track.decided else 0.0),
        "decided": number(track.decided),
    }


def percent(share: float) -> str:
    """Format a share as a percentage, with a decimal if it is small."""
    return f"{_parts(share)}\u00a0%"


def _track_view(track: Track, raised: int, subject: str, title: str) -> TrackView:
    rules, share = load_overview_rules(), share_of(track.confirmed, track.decided)
    tells = track.decided >= rules.few
    return TrackView(
        key=track.key,
        title=title,
        asks={"status": "open", subject: track.key} if subject in _FILTERS else None,
        added=track.added,
        share=percent(track.added / raised if raised else 0.0),
        decided=track.decided,
        precision=percent(share.share) if tells else words("too few to assess"),
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


_GAP = re.compile(r"\{\w+\}")  # placeholders that are filled in for each alert


class RuleLine(Record, frozen=True, kw_only=True):
    """A rule with its weight, the outcomes of its alerts, and its history."""

    rule: str
    points: tuple[int, int]  # lowest and highest, as in the rules file
    sentence: str  # with {placeholders}; "": the rule has no sentence
    floor: int | None  # points below which a second person must approve; None: not a strong rule
    track: Track
    settings: tuple[RuleSetting, ...]


class StepView(Record, frozen=True, kw_only=True):
    """A step in the history of a rule."""

    number: int
    weight: str
    since: str
    by: str
    at: str
    why: str
    second: str  # who approved; "": no second person
    waits: bool  # awaits approval by a second person


class RuleView(Record, frozen=True, kw_only=True):
    """A rule, formatted for display."""

    rule: str
    title: str
    points: str
    sentence: str
    origin: str
    state: str  # the change in force; "": as in the rules file
    track: TrackView
    floor: int | None
    switchable: bool
    seen: int  # id of its latest setting; 0: none
    steps: tuple[StepView, ...]  # latest first


def rule_lines(
    rules: AlertRules, tracks: Mapping[str, Track], settings: Sequence[RuleSetting]
) -> tuple[RuleLine, ...]:
    """Return all rules, those with most alerts first.

    Args:
        rules: Rules as in the rules file.
        tracks: Outcomes of their alerts, by rule.
        settings: Changes made to the rules, in order.
    """
    floors = load_switch_rules().floor
    lines = [
        RuleLine(
            rule=slug,
            points=points,
            sentence=sentence,
            floor=floors.get(slug),
            track=tracks.get(slug, Track(key=slug)),
            settings=tuple(each for each in settings if each.rule == slug),
        )
        for slug, points, sentence in _all(rules)
    ]
    return tuple(sorted(lines, key=lambda line: -line.track.added))


def rule_views(
    lines: Sequence[RuleLine],
    raised: int,
    today: date,
    library: Library,
    people: Mapping[str, str],
) -> tuple[RuleView, ...]:
    """Format rules for display.

    Args:
        lines: Result of `rule_lines`.
        raised: Total number of alerts.
        today: Day that decides which settings are in force.
        library: Titles of rules.
        people: Display names of accounts, by their name in audit logs.
    """
    settings = [each for line in lines for each in line.settings]
    held = switches_on(sorted(settings, key=lambda each: each.id), today, people)
    tracks = track_views(
        [line.track for line in lines],
        raised,
        "rule",
        lambda key: words(library.rules.get(key, key)),
    )
    return tuple(
        _rule_view(line, track, switch_of(held, line.rule), people)
        for line, track in zip(lines, tracks, strict=True)
    )


def _rule_view(
    line: RuleLine, track: TrackView, switch: Switch | None, people: Mapping[str, str]
) -> RuleView:
    last = line.settings[-1].id if line.settings else 0
    steps = tuple(_step(each, last, people) for each in reversed(line.settings))
    low, high = (f"{points}".replace("-", "−") for points in line.points)
    return RuleView(
        rule=line.rule,
        title=track.title,
        points=f"{low}" if low == high else f"{low} – {high}",
        sentence=_GAP.sub("…", translated_template(line.rule, line.sentence)),
        origin=_origin(line.rule),
        state=_state(switch),
        track=track,
        floor=line.floor,
        switchable=line.rule in switchable(),
        seen=last,
        steps=steps,
    )


def _state(switch: Switch | None) -> str:
    if switch is None:
        return ""
    since = words("from {day}").format(day=day(switch.since))
    return f"{_weight(switch.points)} {since}, {switch.by}: {switch.why}"


def _weight(points: int | None) -> str:
    if points is None:
        return words("As in the rules file")
    return words("Off") if points == 0 else f"{words('At most')} {points} {words('points')}"


def _step(setting: RuleSetting, last: int, people: Mapping[str, str]) -> StepView:
    second = setting.second.by if setting.second else ""
    return StepView(
        number=setting.id,
        weight=_weight(setting.points),
        since=day(setting.since),
        by=people.get(setting.by, setting.by),
        at=setting.at,
        why=setting.why,
        second=people.get(second, second),
        waits=not setting.counts and setting.id == last,
    )


def _origin(rule: str) -> str:
    if rule in plugin_rules():
        plugin = plugin_for(RULES, rule)
        named = words("Plug-in {package} {version}")
        return named.format(package=plugin.package, version=plugin.version)
    about = load_result_rules().about_of(rule)
    if rule in {"control", "free", "together"}:
        return words("Law in force on the date; the points are our judgement")
    if about == "party":
        return words("List of parties; the points are our judgement")
    return words("Our judgement (data/rules/alerts.toml)")


def _all(rules: AlertRules) -> Iterator[tuple[str, tuple[int, int], str]]:
    """Yield each rule with its points and its sentence, as in the rules file."""
    ours = load_phrases().rules
    weights = [row.points for row in rules.control]
    yield "control", (min(weights), max(weights)), ""
    for slug, rule in {**rules.evidence, **rules.check}.items():
        yield slug, (rule.points, rule.points), rule.text or ours[slug]
    for slug, each in rules.past.rules.items():
        yield slug, (each.points, each.points), each.text or ours[slug]
    actions = rules.party.actions.values()
    yield "party", (min(actions), max(actions)), rules.party.text or ours["party"]
    linked = rules.party.linked
    low, *_, high = sorted((linked.owner, linked.points, linked.met))
    yield "linked", (low, high), linked.text or ours["linked"]
    yield "restricted", (min(actions), max(actions)), ""
    signs = (min(rules.sign.points.values()), rules.sign.most)
    yield "sign", signs, rules.sign.text or ours["sign"]
    yield "kept", (0, rules.severity.low), ours["kept"]
    for name, brought in plugin_rules().items():
        weight = rules.plugins.get(name, brought.points)
        yield name, (weight, weight), brought.text
