"""The ranking model: how it compares with the rules, drift, and inspection yields."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

from litestar import Response, get

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.casework.ranking.drift import CHANCE, Drift
from tidewaiter.casework.ranking.model import Backtest, Model, Pair, Scale, Training
from tidewaiter.casework.selection.types import Arm
from tidewaiter.casework.selection.yields import Yield, Yields, yields_of
from tidewaiter.explain.languages import (
    day,
    decimal,
    marked,
    moment,
    number,
    words,
)
from tidewaiter.explain.ranking import bar_of, factor, label_of, signed, value_of
from tidewaiter.explain.rules import percent
from tidewaiter.explain.words import Library, alerts_in_words
from tidewaiter.store.alerts.results import results_of
from tidewaiter.store.core.database import Work
from tidewaiter.web.core.node import Node, TheNode
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import reply
from tidewaiter.web.core.security import may
from tidewaiter.web.ranking.model_cache import Drifted

_ARMS: dict[Arm, str] = {
    "random": marked("Random, regardless of score"),
    "profile": marked("By risk profile"),
    "score": marked("By score"),
    "explore": marked("Exploratory"),
}


class ArmView(Record, frozen=True, kw_only=True):
    """Yield of an inspection arm."""

    title: str
    selected: str
    share: str  # of all lines on the lists
    waiting: str
    inspected: str
    hits: str
    rate: str
    interval: str
    tells: bool
    low: float
    dot: float
    high: float


def arm_views(found: Yields) -> Iterator[ArmView]:
    """Yield the arms with selected lines."""
    whole = sum(each.selected for each in found.arms) or 1
    for each in found.arms:
        if each.selected:
            yield _arm(each, whole)


def over_lot(found: Yields) -> str:
    """Describe the gain of scoring over the random draw."""
    over = found.over_lot
    if over.points is None or over.low is None or over.high is None:
        return words(
            "Selection by score and random selection cannot be compared yet: "
            "fewer than five were inspected."
        )
    return words(
        "Hit rate by score compared with random selection: {points} percentage points "
        "({low} to {high}, 95 % confidence interval)."
    ).format(
        points=signed(100 * over.points), low=signed(100 * over.low), high=signed(100 * over.high)
    )


def _arm(each: Yield, whole: int) -> ArmView:
    hits = each.hits
    tells = hits.share is not None
    low, rate, high = (100 * (value or 0.0) for value in (hits.low, hits.share, hits.high))
    return ArmView(
        title=words(_ARMS[each.arm]),
        selected=number(each.selected),
        share=percent(each.selected / whole),
        waiting=number(each.waiting),
        inspected=number(hits.of),
        hits=number(hits.count),
        rate=percent(hits.share or 0.0) if tells else words("too few to assess"),
        interval=f"{percent(hits.low or 0.0)}–{percent(hits.high or 0.0)}" if tells else "",
        tells=tells,
        low=low,
        dot=rate,
        high=high,
    )


_MOST = 24  # rows per table, strongest first; the record has all
_LEAST = 0.05  # log odds below which a row is hidden
_WIDEST_INDEX = 0.5  # drift index that fills its bar

_VERDICTS = {
    "stable": marked("stable"),
    "look": marked("review"),
    "drifted": marked("drift"),
}


class Page(Protocol):
    """The page record."""

    @property
    def training(self) -> Training | None: ...  # noqa: D102
    @property
    def backtest(self) -> Backtest | None: ...  # noqa: D102
    @property
    def usual(self) -> float | None: ...  # noqa: D102
    @property
    def slope(self) -> float | None: ...  # noqa: D102
    @property
    def tables(self) -> tuple[Scale, ...]: ...  # noqa: D102
    @property
    def pairs(self) -> tuple[Pair, ...]: ...  # noqa: D102
    @property
    def drifted(self) -> Drifted | None: ...  # noqa: D102
    @property
    def yields(self) -> Yields | None: ...  # noqa: D102


class Bar(Record, frozen=True, kw_only=True):
    """A row with a bar."""

    label: str
    value: str
    more: str = ""
    x: float = 0.0
    width: float = 0.0
    kind: str = ""


class Depth(Record, frozen=True, kw_only=True):
    """Correct alerts among the top ones, by each order."""

    title: str
    orders: tuple[Bar, ...]


class TableView(Record, frozen=True, kw_only=True):
    """Effects of a feature."""

    title: str
    rising: bool
    rows: tuple[Bar, ...]
    left: int  # number of rows not shown


class RankerView(Record, frozen=True, kw_only=True):
    """The page of the ranker."""

    trained: str
    tiles: tuple[Bar, ...]
    depths: tuple[Depth, ...]
    tested: str
    tables: tuple[TableView, ...]
    pairs: tuple[str, ...]
    drift: tuple[Bar, ...]
    drift_words: tuple[str, ...]
    calls: bool  # drift, or miscalibration
    arms: tuple[ArmView, ...]
    arms_words: str


def ranker_view(page: Page, library: Library) -> RankerView:
    """Render the page of the ranker as text.

    Args:
        page: The page record.
        library: Display names of slugs.
    """
    made, tested, slope = page.training, page.backtest, page.slope or 0.0
    seen = page.drifted.drift if page.drifted else None
    scales = sorted(page.tables, key=lambda each: -_reach(each))
    widest = max([1.0, *(abs(slope * value) for each in scales for value in each.values)])
    return RankerView(
        trained=_trained(made) if made else "",
        tiles=tuple(_tiles(made, tested, page.usual or 0.0)) if made and tested else (),
        depths=tuple(_depths(tested)) if tested else (),
        tested=_tested(tested) if tested else "",
        tables=tuple(_table(each, slope, widest, library) for each in scales),
        pairs=tuple(
            " × ".join(label_of(name, library) for name in (pair.first, pair.second))
            for pair in page.pairs
        ),
        drift=tuple(_drift(seen, library)) if seen else (),
        drift_words=tuple(_drift_words(page.drifted)) if page.drifted else (),
        calls=seen is not None and has_drifted(seen),
        arms=tuple(arm_views(page.yields)) if page.yields else (),
        arms_words=over_lot(page.yields) if page.yields else "",
    )


def has_drifted(seen: Drift) -> bool:
    """Return whether a feature has drifted, or probabilities are miscalibrated."""
    return seen.calibrated is False or any(each.verdict == "drifted" for each in seen.features)


def _trained(made: Training) -> str:
    told = words(
        "Trained with {library} on alerts from {first} to {last}. The model never sees "
        "countries, places, parties or officers, and it decides nothing on its own."
    ).format(library=made.library, first=day(made.first), last=day(made.last))
    if not made.by_lot and not made.lines:
        return told
    lot = words(
        "Inspection lists were also used for training: {lines} lines without an alert; "
        "{lot} outcomes are from random selection, each weighted {weight} times as much "
        "as any other."
    ).format(
        lines=number(made.lines), lot=number(made.by_lot), weight=decimal(made.lot_weight or 1, 1)
    )
    return f"{told} {lot}"


def _tiles(made: Training, tested: Backtest, usual: float) -> Iterator[Bar]:
    yield Bar(
        label=words("Decided alerts used for training"),
        value=number(made.alerts),
        more=words("{hits} of them correct").format(hits=number(made.hits)),
    )
    yield Bar(
        label=words("Based on inspection or laboratory"),
        value=number(made.results),
        more=words("the others on decisions alone"),
    )
    yield Bar(
        label=words("Base rate"),
        value=percent(usual),
        more=words("of all alerts used for training were correct"),
    )
    yield Bar(
        label=words("Area under the curve"),
        value=decimal(tested.auc, 2),
        more=words("rules alone {rules}; random order 0.5").format(
            rules=decimal(tested.auc_score, 2)
        ),
    )


def _tested(tested: Backtest) -> str:
    return words(
        "Tested on {alerts} later alerts ({first} to {last}) not used for training: "
        "{hits} were correct, and the model expected {expected}."
    ).format(
        alerts=number(tested.alerts),
        first=day(tested.first),
        last=day(tested.last),
        hits=number(tested.hits),
        expected=decimal(tested.expected, 1),
    )


def _depths(tested: Backtest) -> Iterator[Depth]:
    base = tested.hits / tested.alerts if tested.alerts else 0.0
    for each in tested.depths:
        told = (
            (words("Random order: the base rate"), base * each.alerts, "soft"),
            (words("Rules"), float(each.score), ""),
            (words("Rules and model together"), float(each.both), ""),
            (words("Model alone"), float(each.learned), "soft"),
        )
        title = words("Top {share}: {alerts}").format(
            share=percent(each.share), alerts=alerts_in_words(each.alerts)
        )
        yield Depth(
            title=title,
            orders=tuple(
                Bar(
                    label=label,
                    value=percent(right / each.alerts),
                    width=100 * right / each.alerts,
                    more=words("{right} correct").format(right=decimal(right, 0)),
                    kind=kind,
                )
                for label, right, kind in told
            ),
        )


def _reach(scale: Scale) -> float:
    return max(scale.values) - min(scale.values)


def _table(scale: Scale, slope: float, widest: float, library: Library) -> TableView:
    labels = _bins(scale, library)
    found = [
        (label, slope * value, seen)
        for label, value, seen in zip(labels, scale.values, scale.seen, strict=True)
    ]
    told = [each for each in found if abs(each[1]) >= _LEAST]
    if len(told) > _MOST:
        strongest = sorted(told, key=lambda each: -abs(each[1]))[:_MOST]
        told = [each for each in told if each in strongest]
    if scale.feature.kind == "category":
        told.sort(key=lambda each: -each[1])
    return TableView(
        title=label_of(scale.feature.name, library),
        rising=scale.feature.rising,
        rows=tuple(_bin(label, odds, seen, widest) for label, odds, seen in told),
        left=len(found) - len(told),
    )


def _bin(label: str, odds: float, seen: int, widest: float) -> Bar:
    x, width = bar_of(odds, widest)
    return Bar(
        label=label,
        value=f"{signed(odds)} ({factor(odds)})",
        more=alerts_in_words(seen),
        x=x,
        width=width,
        kind="against" if odds < 0 else "",
    )


def _bins(scale: Scale, library: Library) -> Sequence[str]:
    name = scale.feature.name
    if scale.feature.kind == "category":
        told = [value_of(name, level, library) for level in scale.levels]
        return [*told, words("other, or not given")]
    ends = [value_of(name, edge, library) for edge in scale.edges]
    middle = [words("{low} to {high}").format(low=low, high=high) for low, high in pairwise(ends)]
    below, above = words("below {high}"), words("{low} or more")
    return [below.format(high=ends[0]), *middle, above.format(low=ends[-1]), words("not given")]


def _drift(seen: Drift, library: Library) -> Iterator[Bar]:
    for each in seen.features:
        label = (
            words("The estimate itself") if each.name == CHANCE else label_of(each.name, library)
        )
        yield Bar(
            label=label,
            value=decimal(each.index, 3),
            kind=each.verdict,
            more=words("{verdict}; up to {chance} can occur by chance").format(
                verdict=words(_VERDICTS[each.verdict]), chance=decimal(each.by_chance, 3)
            ),
            width=round(100 * min(1.0, each.index / _WIDEST_INDEX), 2),
        )


def _drift_words(found: Drifted) -> Iterator[str]:
    seen = found.drift
    yield words("Based on {alerts} alerts since {day}, newest first; checked on {at}.").format(
        alerts=number(seen.alerts), day=day(seen.first), at=moment(found.at)
    )
    share = seen.decided
    yield words("{of} have an outcome: {count} were correct, {expected} were expected.").format(
        of=number(share.of), count=number(share.count), expected=decimal(seen.expected, 1)
    )
    if seen.calibrated is None:
        yield words("That is too few to say whether the estimates are accurate.")
    elif seen.calibrated:
        yield words("The estimates agree with the outcomes.")
    else:
        yield words(
            "The estimates do NOT agree with the outcomes: retrain the model or stop using it."
        )


class RankerPage(Record, frozen=True, kw_only=True):
    """The model and its performance."""

    sha256: str  # of the model; "": none
    training: Training | None
    backtest: Backtest | None  # on the last part of the period, not used for training
    usual: float | None  # share of correct training alerts
    most_points: int | None  # maximum points added to a score
    slope: float | None  # calibration factor of all tables
    tables: tuple[Scale, ...]  # log odds by bin or level of each feature
    pairs: tuple[Pair, ...]  # and of feature pairs
    drifted: Drifted | None  # of the newest alerts since training
    yields: Yields | None  # of returned inspection lists; None: none
    problem: str  # why the model is unreadable; "": readable
    lists_problem: str  # why a list is unreadable


@get("/ranker", guards=[may("decide")], sync_to_thread=True)
def ranker_page(request: Asked, node: TheNode) -> Response[RankerPage]:
    """Show the model, its performance compared with the rules, and drift."""
    with node.read() as work:
        page = _page(node, work)
    return reply(request, "ranker.html", page, view=lambda: ranker_view(page, node.library()))


def _page(node: Node, work: Work) -> RankerPage:
    problem = lists_problem = ""
    ranker, yields = None, None
    try:
        ranker = node.taught.ranker()
    except (TidewaiterError, OSError) as error:
        problem = str(error)
    try:
        yields = _yields(node, work)
    except (TidewaiterError, OSError) as error:
        lists_problem = str(error)
    model: Model | None = ranker.model if ranker else None
    return RankerPage(
        sha256=model.sha256 if model else "",
        training=model.training if model else None,
        backtest=model.backtest if model else None,
        usual=model.usual if model else None,
        most_points=model.most_points if model else None,
        slope=model.slope if model else None,
        tables=model.scales if model else (),
        pairs=model.pairs if model else (),
        drifted=node.taught.drifted(work, ranker, node.now) if ranker else None,
        yields=yields,
        problem=problem,
        lists_problem=lists_problem,
    )


def _yields(node: Node, work: Work) -> Yields | None:
    rows = node.taught.lists()
    if not rows:
        return None
    return yields_of(rows, results_of(work, [row.alert for row in rows if row.alert]))


HANDLERS = [ranker_page]
