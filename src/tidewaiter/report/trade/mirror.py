"""Report of mirror statistics: one self-contained page with lists, time series and a map."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Literal

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.explain.mirror import (
    elsewhere_in_words,
    freight_in_words,
    price_in_words,
    quantity,
    signed,
)
from tidewaiter.report.charts import WIDTH, Box, Drawn, Word
from tidewaiter.report.pages import environment, hashed, static
from tidewaiter.report.trade.flow_charts import Arc, arc, arc_width, labelled, load_world
from tidewaiter.trade.mirror.hs_codes import revision_in_words
from tidewaiter.trade.mirror.places import Distances, iso2_of, name_of
from tidewaiter.trade.mirror.reading import Reading
from tidewaiter.trade.mirror.results import SHARED, Mirrored, Moment, Seen, course
from tidewaiter.trade.mirror.types import Discrepancy, Judging, Orphan, Watched

_LINES = 40
_MAP_LABELS = 24
_ROOM = 90  # margin around the countries, in map units
_LEAST = (900, 520)  # minimum width and height shown
_FULL = 2000  # width at which lines are drawn as on the world map
_APART = (0.030, 0.028)  # minimum distance of two labels, as a share of the width shown

Sort = Literal["more", "less", "alone"]
Ends = tuple[str, str]


class MapPair(Record, frozen=True, kw_only=True):
    """The first discrepancy listed for one country's sales to another."""

    sort: Sort
    kg: float  # 0: only values are known
    href: str
    says: str
    cells: tuple[str, ...]


class MapLine(Record, frozen=True, kw_only=True):
    """A pair of countries as drawn."""

    pair: MapPair
    arc: Arc


class MapPlace(Record, frozen=True, kw_only=True):
    """A country at an end of a line."""

    outline: str
    small: bool
    x: int
    y: int
    label: str  # "": no room


class MirrorMap(Record, frozen=True, kw_only=True):
    """The map, cropped to its countries."""

    view: tuple[int, int, int, int]  # x, y, width, height
    scale: float  # scale of text and points, relative to a map of the whole world
    land: tuple[str, ...]  # outlines of countries without a line
    places: tuple[MapPlace, ...]
    lines: tuple[MapLine, ...]  # in the order of the lists
    sorts: tuple[tuple[Sort, str], ...]  # kinds used, with their meanings
    heads: tuple[str, ...]
    left_out: int  # pairs omitted for lack of room
    unplaced: int  # pairs with an end that is not on the map


_SORTS: tuple[tuple[Sort, str], ...] = (
    ("more", "more is said to be sold than bought"),
    ("less", "more is said to be bought than sold"),
    ("alone", "one side alone reports"),
)


def mirror_map(found: Mirrored, articles: int) -> MirrorMap | None:
    """Lay out the map of the listed pairs; None: no pairs.

    Args:
        found: The answer.
        articles: Number of discrepancies on the page that a line can link to.
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
        sorts=tuple(each for each in _SORTS if each[0] in sorts),
        heads=("From", "To", "What", "Code", "Period", "Exports less imports", "m"),
        left_out=len(drawn) - len(shown),
        unplaced=len(pairs) - len(drawn),
    )


def _pairs(found: Mirrored, articles: int) -> dict[Ends, MapPair]:
    """Return the first listed entry of each pair of countries, discrepancies before orphans."""
    pairs: dict[Ends, MapPair] = {}
    for number, one in enumerate(found.discrepancies):
        if one.kind in {"changed", "standing", "no history"}:
            href = f"#d{number + 1}" if number < articles else "#differences"
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
    what = f"{gap} {'more sold than bought' if one.gap > 0 else 'more bought than sold'}"
    where = f"{one.key.code}, {one.key.period}, {one.kind}"
    return MapPair(
        sort=sort,
        kg=abs(one.gap) if one.basis == "kg" else 0.0,
        href=href,
        says=f"{one.exporter} → {one.importer}: {what} ({where}, m {signed(one.ratio)})",
        cells=(
            one.exporter,
            one.importer,
            one.kind,
            one.key.code,
            str(one.key.period),
            ("" if one.gap > 0 else "−") + gap,
            signed(one.ratio),
        ),
    )


def _of_orphan(one: Orphan) -> MapPair:
    side, sign = ("exports", "") if one.reported == "X" else ("imports", "−")
    weighs = one.kg is not None and not one.estimated
    amount = quantity(one.kg, "kg") if weighs else quantity(one.usd, "USD")
    where = f"{one.key.code}, {one.key.period}"
    return MapPair(
        sort="alone",
        kg=(one.kg or 0.0) if weighs else 0.0,
        href="#orphans",
        says=f"{one.exporter} → {one.importer}: {side} alone, {amount} ({where})",
        cells=(
            one.exporter,
            one.importer,
            f"{side} alone",
            one.key.code,
            str(one.key.period),
            sign + amount,
            "",
        ),
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
    """Crop the map to some points, with room for the lines between them."""
    across = _cut([x for x, _ in points], _LEAST[0], whole[0])
    down = _cut([y for _, y in points], max(_LEAST[1], across[1] * 9 // 20), whole[1])
    return across[0], down[0], across[1], down[1]


def _cut(values: list[int], least: int, whole: int) -> tuple[int, int]:
    """Return the start and the length of a crop."""
    size = min(max(max(values) - min(values) + 2 * _ROOM, least), whole)
    start = round((max(values) + min(values) - size) / 2)
    return min(max(start, 0), whole - size), size


_TOP, _FOOT = 20.0, 140.0  # top and bottom of the bars
_NAMES = 158.0  # y of the period labels
_ABOVE, _BELOW = 190.0, 270.0  # m = +1 and m = -1
_HEIGHT = 292.0
_GAP = 0.84  # share of a period's slot that its bars fill
_DOT = 8.0
_FLOW_LABELS = 12


def flow_chart(slug: str, seen: Seen, one: Discrepancy, least: Judging) -> Drawn:
    """Draw exports and imports of a flow as paired bars for each period, and m below them.

    Args:
        slug: Slug of the chart.
        seen: Time series of both sides.
        one: The discrepancy of this flow.
        least: Thresholds, including the z from which a period counts as changed.
    """
    most = max([each or 0.0 for at in seen.periods for each in (at.x, at.m)] + [1.0])
    step = WIDTH / max(len(seen.periods), 4)
    title = f"{one.key.code}, {one.exporter} to {one.importer}, {seen.basis}"
    usual = _usual(one, least)
    boxes = [*_bars(seen, step, most), *_strip(seen, step, one, usual)]
    about = f"{title}: at most {quantity(most, seen.basis)} in a period."
    if usual:
        about += f" m is usually {signed(usual[1])}, and {signed(one.ratio)} in {one.key.period}."
    key = [("in", "exports"), ("out", "imports, as reported"), ("ratio", "m")]
    return Drawn(
        slug=slug,
        title=title,
        about=f"{about} The table says the same.",
        height=_HEIGHT,
        axis=_FOOT,
        boxes=tuple(each for each in boxes if each.height),
        words=tuple(_words(seen, step, one, most)),
        key=tuple([*key, ("usual", f"usual m: z below {least.least_z:g}")] if usual else key),
        heads=("Period", "Exports", "Imports", "m"),
        rows=tuple(
            (
                str(at.period),
                quantity(at.x, seen.basis),
                quantity(at.m, seen.basis),
                signed(at.ratio),
            )
            for at in seen.periods
        ),
    )


def _usual(one: Discrepancy, least: Judging) -> tuple[float, float, float] | None:
    """Return the lower bound, the usual value and the upper bound of m for unchanged periods."""
    if one.usual is None or one.spread is None:
        return None
    room = least.least_z * one.spread
    return max(one.usual - room, -1.0), one.usual, min(one.usual + room, 1.0)


def _bars(seen: Seen, step: float, most: float) -> Iterator[Box]:
    for place, at in enumerate(seen.periods):
        for which, value in enumerate((at.x, at.m)):
            height = round((value or 0.0) / most * (_FOOT - _TOP), 1)
            side = ("exports", "imports")[which]
            yield Box(
                kind=("in", "out")[which],
                told=f"{at.period} {side}: {quantity(value, seen.basis) or 'not reported'}",
                x=round(place * step + which * step * _GAP / 2, 1),
                y=round(_FOOT - height, 1),
                width=round(step * _GAP / 2, 1),
                height=height,
            )


def _strip(
    seen: Seen, step: float, one: Discrepancy, usual: tuple[float, float, float] | None
) -> Iterator[Box]:
    """Draw m: the usual range, a line at 0, and a square for each period."""
    if usual:
        top, foot = _y(usual[2]), _y(usual[0])
        told = (
            f"usual m {signed(usual[1])}; from {signed(usual[0])} to {signed(usual[2])} no change"
        )
        yield Box(kind="usual", told=told, x=0, y=top, width=WIDTH, height=round(foot - top, 1))
    for ratio in (1.0, 0.0, -1.0):
        yield Box(kind="rule", told=f"m = {ratio:+g}", x=0, y=_y(ratio), width=WIDTH, height=0.6)
    for place, at in enumerate(seen.periods):
        if at.ratio is not None:
            size = _DOT * 1.6 if at.period == one.key.period else _DOT
            yield Box(
                kind="ratio",
                told=f"{at.period}: m {signed(at.ratio)}",
                x=round(place * step + (step * _GAP - size) / 2, 1),
                y=round(_y(at.ratio) - size / 2, 1),
                width=size,
                height=size,
            )


def _words(seen: Seen, step: float, one: Discrepancy, most: float) -> Iterator[Word]:
    yield Word(text=quantity(most, seen.basis), x=0, y=14, anchor="start")
    for place, at in enumerate(seen.periods):
        if place % (len(seen.periods) // _FLOW_LABELS + 1) and at.period != one.key.period:
            continue
        yield Word(
            text=_name(at, len(seen.periods)),
            x=round(place * step + step * _GAP / 2, 1),
            y=_NAMES,
            anchor="middle",
            kind="period" if at.period == one.key.period else "word",
        )
    yield Word(text="m = +1: exports alone", x=0, y=_ABOVE - 6, anchor="start")
    yield Word(text="m = −1: imports alone", x=0, y=_BELOW + 16, anchor="start")


def _name(at: Moment, periods: int) -> str:
    return str(at.period) if periods <= len("20232024") else str(at.period)[2:]


def _y(ratio: float) -> float:
    return round(_ABOVE + (1 - ratio) / 2 * (_BELOW - _ABOVE), 1)


_CHARTS = 12
_LISTED = 200
_SIDE = 24  # maximum number of countries on each side of the matrix


class Row(Record, frozen=True, kw_only=True):
    """A discrepancy, formatted for display."""

    one: Discrepancy
    cells: tuple[str, ...]  # X, M, tau, M', m, usual m, z, with the neighbour, weight
    substances: tuple[str, ...]
    shared: str  # note on a code that also covers other goods
    remarks: tuple[str, ...]
    chart: Drawn | None


class Matrix(Record, frozen=True, kw_only=True):
    """Discrepancies by exporter and importer: the highest |z| or |m|, with its shade (0 to 4)."""

    importers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    left_out: int  # countries omitted for lack of room


class _Page(Record, frozen=True, kw_only=True):
    found: Mirrored
    freight: str
    rows: tuple[Row, ...]
    left_out: int
    orphans: tuple[tuple[str, ...], ...]
    orphans_left_out: int
    prices: tuple[tuple[str, ...], ...]
    prices_left_out: int
    map: MirrorMap | None
    matrix: Matrix
    shared: str
    css: Markup
    policy: str


def render_mirror(found: Mirrored, reading: Reading, distances: Distances | None = None) -> str:
    """Return the answer as one self-contained HTML page.

    Args:
        found: The answer.
        reading: Input data, for the time series.
        distances: Kilometres given by the user, as in the answer.
    """
    css = static("colours.css", "report.css", "mirror.css")
    listed = found.discrepancies[:_LISTED]
    watched = {each.code: each for each in found.codes}
    page = _Page(
        found=found,
        freight=freight_in_words(found.freight),
        rows=tuple(
            _row(one, watched, _drawn(number, one, found, reading, distances))
            for number, one in enumerate(listed)
        ),
        left_out=len(found.discrepancies) - len(listed),
        orphans=tuple(_orphans(found)),
        orphans_left_out=max(0, len(found.orphans) - _LISTED),
        prices=tuple(_prices(found)),
        prices_left_out=max(0, len(found.prices) - _LISTED),
        map=mirror_map(found, _LISTED),
        matrix=_matrix(found.discrepancies),
        shared=SHARED,
        css=css,
        policy=(
            f"default-src 'none'; style-src {hashed(css)}; img-src data:; base-uri 'none'; "
            "form-action 'none'"
        ),
    )
    return environment().get_template("mirror.html").render(page=page)


def _drawn(
    number: int,
    one: Discrepancy,
    found: Mirrored,
    reading: Reading,
    distances: Distances | None,
) -> Drawn | None:
    if number >= _CHARTS:
        return None
    seen = course(reading, one, found.freight, distances)
    return flow_chart(f"flow-{number}", seen, one, found.method.judging)


def _row(one: Discrepancy, watched: dict[str, Watched], chart: Drawn | None) -> Row:
    known = watched.get(one.key.code)
    return Row(
        one=one,
        cells=(
            quantity(one.x, one.basis),
            quantity(one.m, one.basis),
            "" if one.tau is None else f"{one.tau:.3f}",
            quantity(one.m_fob, one.basis),
            signed(one.ratio),
            signed(one.usual),
            signed(one.z, 1),
            signed(one.with_next),
            f"{one.reliability[0]:.2f} × {one.reliability[1]:.2f} = {one.weight:.2f}",
        ),
        substances=known.substances if known else (),
        shared="" if one.own else SHARED,
        remarks=tuple(_remarks(one)),
        chart=chart,
    )


def _remarks(one: Discrepancy) -> Iterator[str]:
    if one.kind == "lag":
        yield "Together with the neighbouring period both sides agree: a time lag fits."
    if one.z is None:
        yield f"{one.periods} other periods of this flow: too few to say what is usual."
    if one.estimated:
        yield "The kilograms of a side are the publisher's estimate, so that values are compared."
    if one.revisions[0] != one.revisions[1]:
        sold, bought = map(revision_in_words, one.revisions)
        yield f"Exported under {sold}, imported under {bought}: the code's scope is the same."
    if one.unspecified_kg:
        kg = quantity(one.unspecified_kg, "kg")
        yield f"{kg} of this code are reported without a partner: confidential or not specified."
    if one.again_kg:
        yield f"{quantity(one.again_kg, 'kg')} of it are reported as re-exported or re-imported."
    if one.reconciled_kg is not None:
        yield f"BACI has {quantity(one.reconciled_kg, 'kg')}."


def _orphans(found: Mirrored) -> Iterator[tuple[str, ...]]:
    for one in found.orphans[:_LISTED]:
        yield (
            one.key.code + ("" if one.own else " *"),
            str(one.key.period),
            one.exporter,
            one.importer,
            "exports" if one.reported == "X" else "imports",
            one.other + (f": {elsewhere_in_words(one)}" if one.elsewhere else ""),
            quantity(one.kg, "kg"),
            quantity(one.usd, "USD"),
            str(one.seen),
            quantity(one.unspecified_kg or None, "kg"),
        )


def _prices(found: Mirrored) -> Iterator[tuple[str, ...]]:
    for one in found.prices[:_LISTED]:
        prices = (one.price, one.usual, one.other_side, one.pair_usual)
        yield (
            one.key.code + ("" if one.own else " *"),
            str(one.key.period),
            one.exporter,
            one.importer,
            "exports" if one.reported == "X" else "imports",
            quantity(one.kg, "kg"),
            *map(price_in_words, prices),
            signed(one.z, 1),
            str(one.flows),
        )


def _matrix(found: tuple[Discrepancy, ...]) -> Matrix:
    """Return the largest discrepancy of each pair, for the countries with the most of them."""
    held: dict[tuple[int, int], Discrepancy] = {}
    counts: dict[int, float] = defaultdict(float)
    for one in found:
        if one.kind in {"changed", "standing", "no history"}:
            held.setdefault((one.key.exporter, one.key.importer), one)
            counts[one.key.exporter] += one.score
            counts[one.key.importer] += one.score
    most = sorted(counts, key=lambda each: (-counts[each], each))[:_SIDE]
    exporters = [each for each in sorted(most, key=name_of) if any(e == each for e, _ in held)]
    importers = [each for each in sorted(most, key=name_of) if any(i == each for _, i in held)]
    return Matrix(
        importers=tuple(name_of(each) for each in importers),
        rows=tuple(
            (name_of(e), tuple(_square(held.get((e, i))) for i in importers)) for e in exporters
        ),
        left_out=len(counts) - len(most),
    )


def _square(one: Discrepancy | None) -> tuple[str, int]:
    if one is None:
        return "", 0
    return signed(one.ratio), min(4, 1 + int(abs(one.ratio) * 4))
