"""The map of mirror statistics: a line for each pair of countries that is listed."""

from collections.abc import Collection, Iterator
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.explain.languages import marked, words
from tidewaiter.explain.mirror import (
    Ends,
    ends_in_words,
    kind_in_words,
    quantity,
    signed,
)
from tidewaiter.report.trade.flow_charts import Arc, arc, arc_width, labelled, load_world
from tidewaiter.trade.mirror.places import iso2_of
from tidewaiter.trade.mirror.results import Mirrored
from tidewaiter.trade.mirror.types import Discrepancy, Orphan

_LINES = 40
_MAP_LABELS = 24
_ROOM = 90  # around the countries, in units of the map
_LEAST = (900, 520)  # width and height shown at least
_FULL = 2000  # units of width at which lines are as wide as the world map draws them
_APART = (0.030, 0.028)  # of the width shown, that two labels are apart at least in one way

Sort = Literal["more", "less", "alone"]


class MapPair(Record, frozen=True, kw_only=True):
    """What is listed of one country's sales to another: the first of its differences."""

    sort: Sort
    kg: float  # 0: only values are known
    href: str
    says: str
    cells: tuple[str, ...]


class MapLine(Record, frozen=True, kw_only=True):
    """A pair of countries as it is drawn."""

    pair: MapPair
    arc: Arc


class MapPlace(Record, frozen=True, kw_only=True):
    """A country at an end of a line."""

    outline: str
    small: bool
    x: int
    y: int
    label: str  # "": there is no room for one


class MirrorMap(Record, frozen=True, kw_only=True):
    """The map, cut to the countries that are on it."""

    view: tuple[int, int, int, int]  # x, y, width, height
    scale: float  # of words and points, beside a map of the whole world
    land: tuple[str, ...]  # outlines of all that is not at an end of a line
    places: tuple[MapPlace, ...]
    lines: tuple[MapLine, ...]  # in the order of the lists
    sorts: tuple[tuple[Sort, str], ...]  # that occur, and what they mean
    heads: tuple[str, ...]
    left_out: int  # pairs without room
    unplaced: int  # pairs of which an end is not on the map


_SORTS: tuple[tuple[Sort, str], ...] = (
    ("more", marked("exports higher than imports")),
    ("less", marked("imports higher than exports")),
    ("alone", marked("reported by one side only")),
)


def mirror_map(found: Mirrored, articles: int) -> MirrorMap | None:
    """Lay out the map of the pairs that are listed; None: there is none.

    Args:
        found: The answer.
        articles: Differences that have a place on the page, to which a line leads.
    """
    world = load_world()
    pairs = _pairs(found, articles)
    drawn = {
        ends: pair for ends, pair in pairs.items() if all(each in world.places for each in ends)
    }
    shown = dict(list(drawn.items())[:_LINES])
    if not shown:
        return None
    codes = list(dict.fromkeys(code for ends in shown for code in ends))
    view = _view([world.places[code].at for code in codes], (world.width, world.height))
    scale = view[2] / _FULL
    most = max(pair.kg for pair in shown.values()) or 1.0
    sorts = {pair.sort for pair in shown.values()}
    return MirrorMap(
        view=view,
        scale=scale,
        land=(
            world.other_land,
            *(p.outline for code, p in world.places.items() if p.outline and code not in codes),
        ),
        places=tuple(_places(codes, view[2])),
        lines=tuple(_line(ends, pair, most, scale) for ends, pair in shown.items()),
        sorts=tuple((sort, words(says)) for sort, says in _SORTS if sort in sorts),
        heads=(
            words("From"),
            words("To"),
            words("What"),
            words("Code"),
            words("Period"),
            words("Exports minus imports"),
            "m",
        ),
        left_out=len(drawn) - len(shown),
        unplaced=len(pairs) - len(drawn),
    )


def _pairs(found: Mirrored, articles: int) -> dict[Ends, MapPair]:
    """Return the first that is listed of each pair of countries, differences before orphans."""
    pairs: dict[Ends, MapPair] = {}
    for place, one in enumerate(found.discrepancies, start=1):
        if one.kind in {"changed", "standing", "no history"}:
            href = f"#d{place}" if place <= articles else "#differences"
            pairs.setdefault(_ends(one), _of_difference(one, href))
    for alone in found.orphans:
        if alone.other == "reports others":
            pairs.setdefault(_ends(alone), _of_orphan(alone))
    return pairs


def _ends(one: Discrepancy | Orphan) -> Ends:
    return iso2_of(one.key.exporter), iso2_of(one.key.importer)


def _of_difference(one: Discrepancy, href: str) -> MapPair:
    gap = quantity(abs(one.gap), one.basis)
    sort: Sort = "more" if one.gap > 0 else "less"
    said = (
        words("{from} → {to}: exports higher by {amount} ({code}, {period}, {kind}, m {ratio})")
        if one.gap > 0
        else words(
            "{from} → {to}: imports higher by {amount} ({code}, {period}, {kind}, m {ratio})"
        )
    )
    ends, kind = ends_in_words(one), kind_in_words(one.kind)
    told = {
        "from": ends[0],
        "to": ends[1],
        "amount": gap,
        "code": one.key.code,
        "period": one.key.period,
        "kind": kind,
        "ratio": signed(one.ratio),
    }
    return MapPair(
        sort=sort,
        kg=abs(one.gap) if one.basis == "kg" else 0.0,
        href=href,
        says=said.format(**told),
        cells=(
            *ends,
            kind,
            one.key.code,
            str(one.key.period),
            ("" if one.gap > 0 else "−") + gap,
            signed(one.ratio),
        ),
    )


def _of_orphan(one: Orphan) -> MapPair:
    side, sign = (
        (words("exports only"), "") if one.reported == "X" else (words("imports only"), "−")
    )
    weighs = one.kg is not None and not one.estimated
    amount = quantity(one.kg, "kg") if weighs else quantity(one.usd, "USD")
    ends = ends_in_words(one)
    said = words("{from} → {to}: {side}, {amount} ({code}, {period})")
    told = {"from": ends[0], "to": ends[1], "side": side, "amount": amount}
    return MapPair(
        sort="alone",
        kg=(one.kg or 0.0) if weighs else 0.0,
        href="#orphans",
        says=said.format(code=one.key.code, period=one.key.period, **told),
        cells=(*ends, side, one.key.code, str(one.key.period), sign + amount, ""),
    )


def _line(ends: Ends, pair: MapPair, most: float, scale: float) -> MapLine:
    start, end = (load_world().places[code] for code in ends)
    width = round(arc_width(round(pair.kg), max(round(most), 1)) * scale, 1)
    return MapLine(pair=pair, arc=arc(start, end, width))


def _places(codes: Collection[str], width: int) -> Iterator[MapPlace]:
    named = labelled(codes, _MAP_LABELS, (_APART[0] * width, _APART[1] * width))
    for code in codes:
        place = load_world().places[code]
        yield MapPlace(
            outline=place.outline,
            small=place.small,
            x=place.at[0],
            y=place.at[1],
            label=code if code in named else "",
        )


def _view(points: list[tuple[int, int]], whole: tuple[int, int]) -> tuple[int, int, int, int]:
    """Cut the map to some points, with room for the lines between them."""
    across = _cut([x for x, _ in points], _LEAST[0], whole[0])
    down = _cut([y for _, y in points], max(_LEAST[1], across[1] * 9 // 20), whole[1])
    return across[0], down[0], across[1], down[1]


def _cut(values: list[int], least: int, whole: int) -> tuple[int, int]:
    """Return where a cut begins and how long it is."""
    size = min(max(max(values) - min(values) + 2 * _ROOM, least), whole)
    start = round((max(values) + min(values) - size) / 2)
    return min(max(start, 0), whole - size), size
