"""Report of mirror statistics: one self-contained page with lists, time series and a map."""

from collections import defaultdict
from collections.abc import Iterator

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.explain.languages import counted, figure, number, speaking, words
from tidewaiter.explain.mirror import (
    country_in_words,
    edition_in_words,
    ends_in_words,
    freight_in_words,
    kind_in_words,
    other_side_in_words,
    price_in_words,
    quantity,
    side_in_words,
    signed,
)
from tidewaiter.report.charts import WIDTH, Box, Drawn, Word
from tidewaiter.report.pages import environment, hashed, static
from tidewaiter.report.trade.mirror_map import MirrorMap, mirror_map
from tidewaiter.trade.mirror.caveats import load_caveats
from tidewaiter.trade.mirror.places import Distances
from tidewaiter.trade.mirror.reading import Reading
from tidewaiter.trade.mirror.results import Gap, Mirrored, Moment, Seen, course
from tidewaiter.trade.mirror.types import Discrepancy, Judging, Point, Watched

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
    ends = ends_in_words(one)
    title = f"{one.key.code}, {ends[0]} → {ends[1]}, {seen.basis}"
    usual = _usual(one, least)
    boxes = [*_bars(seen, step, most), *_strip(seen, step, one, usual)]
    key = [("in", words("exports")), ("out", words("imports, as reported")), ("ratio", "m")]
    if usual:
        band = words("usual m: z below {z}").format(z=figure(f"{least.least_z:g}"))
        key.append(("usual", band))
    return Drawn(
        slug=slug,
        title=title,
        about=_about(title, one, quantity(most, seen.basis), usual),
        height=_HEIGHT,
        axis=_FOOT,
        boxes=tuple(each for each in boxes if each.height),
        words=tuple(_words(seen, step, one, most)),
        key=tuple(key),
        heads=(words("Period"), words("Exports"), words("Imports"), "m"),
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


def _about(
    title: str, one: Discrepancy, most: str, usual: tuple[float, float, float] | None
) -> str:
    """Describe a chart for those who do not see it."""
    told = [words("{title}: at most {amount} in a period.").format(title=title, amount=most)]
    if usual:
        said = words("m is usually {usual}, and {ratio} in {period}.")
        told.append(
            said.format(usual=signed(usual[1]), ratio=signed(one.ratio), period=one.key.period)
        )
    return " ".join([*told, words("The table has the same data.")])


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
            side = (words("exports"), words("imports"))[which]
            amount = quantity(value, seen.basis) or words("not reported")
            yield Box(
                kind=("in", "out")[which],
                told=f"{at.period}, {side}: {amount}",
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
        said = words("usual m {usual}; no change from {low} to {high}")
        told = said.format(usual=signed(usual[1]), low=signed(usual[0]), high=signed(usual[2]))
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
    yield Word(text=words("m = +1: exports only"), x=0, y=_ABOVE - 6, anchor="start")
    yield Word(text=words("m = −1: imports only"), x=0, y=_BELOW + 16, anchor="start")


def _name(at: Moment, periods: int) -> str:
    return str(at.period) if periods <= len("20232024") else str(at.period)[2:]


def _y(ratio: float) -> float:
    return round(_ABOVE + (1 - ratio) / 2 * (_BELOW - _ABOVE), 1)


_CHARTS = 12
_LISTED = 200
_GAPS = 50
_SIDE = 24  # countries of the matrix on a side, at most


class Row(Record, frozen=True, kw_only=True):
    """A discrepancy, formatted for display."""

    one: Discrepancy
    title: str
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
    unusual: tuple[tuple[str, ...], ...]
    reporters: tuple[tuple[str, str, str], ...]
    gaps: tuple[str, ...]
    css: Markup
    policy: str


def render_mirror(
    found: Mirrored, reading: Reading, distances: Distances | None = None, *, spoken: str = "en"
) -> str:
    """Return the answer as one page of HTML that holds all that it shows.

    Args:
        found: The answer.
        reading: Input data, for the time series.
        distances: Kilometres given by the user, as in the answer.
        spoken: The language.
    """
    with speaking(spoken):
        page = _page(found, reading, distances)
        return environment().get_template("mirror.html").render(page=page)


def _page(found: Mirrored, reading: Reading, distances: Distances | None) -> _Page:
    css = static("colours.css", "report.css", "mirror.css")
    listed = found.discrepancies[:_LISTED]
    watched = {each.code: each for each in found.codes}
    return _Page(
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
        shared=words(load_caveats().shared),
        unusual=tuple(map(_point, found.unusual[:_LISTED])),
        reporters=tuple(
            (
                country_in_words(each.country),
                figure(f"{each.reliability:.2f}"),
                number(each.compared),
            )
            for each in found.reporters
        ),
        gaps=tuple(map(_gap, found.gaps[:_GAPS])),
        css=css,
        policy=(
            f"default-src 'none'; style-src {hashed(css)}; img-src data:; base-uri 'none'; "
            "form-action 'none'"
        ),
    )


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
    ends = ends_in_words(one)
    mark = "" if one.own else " *"
    where = f"{one.key.code}{mark}, {ends[0]} → {ends[1]}, {one.key.period}"
    return Row(
        one=one,
        title=f"{where}: {kind_in_words(one.kind)}",
        cells=(
            quantity(one.x, one.basis),
            quantity(one.m, one.basis),
            "" if one.tau is None else figure(f"{one.tau:.3f}"),
            quantity(one.m_fob, one.basis),
            signed(one.ratio),
            signed(one.usual),
            signed(one.z, 1),
            signed(one.with_next),
            " ".join(
                (
                    figure(f"{one.reliability[0]:.2f}"),
                    "×",
                    figure(f"{one.reliability[1]:.2f}"),
                    "=",
                    figure(f"{one.weight:.2f}"),
                )
            ),
        ),
        substances=known.substances if known else (),
        shared="" if one.own else words(load_caveats().shared),
        remarks=tuple(_remarks(one)),
        chart=chart,
    )


def _remarks(one: Discrepancy) -> Iterator[str]:
    if one.kind == "lag":
        yield words("Combined with the neighbouring period both sides agree, as after a time lag.")
    if one.z is None:
        said = counted(
            "{count} other period of this flow: too few to say what is usual.",
            "{count} other periods of this flow: too few to say what is usual.",
            one.periods,
        )
        yield said.format(count=number(one.periods))
    if one.estimated:
        yield words("The publisher estimated the kilograms of one side, so values are compared.")
    if one.revisions[0] != one.revisions[1]:
        sold, bought = map(edition_in_words, one.revisions)
        said = words(
            "Exported under {first}, imported under {second}: the code's scope is the same."
        )
        yield said.format(first=sold, second=bought)
    if one.unspecified_kg:
        said = words(
            "Under this code, {amount} are reported without a partner: confidential or not "
            "specified."
        )
        yield said.format(amount=quantity(one.unspecified_kg, "kg"))
    if one.again_kg:
        said = words("Of this, {amount} are reported as re-exported or re-imported.")
        yield said.format(amount=quantity(one.again_kg, "kg"))
    if one.reconciled_kg is not None:
        yield words("BACI has {amount}.").format(amount=quantity(one.reconciled_kg, "kg"))


def _orphans(found: Mirrored) -> Iterator[tuple[str, ...]]:
    for one in found.orphans[:_LISTED]:
        yield (
            one.key.code + ("" if one.own else " *"),
            str(one.key.period),
            *ends_in_words(one),
            side_in_words(one.reported),
            other_side_in_words(one),
            quantity(one.kg, "kg"),
            quantity(one.usd, "USD"),
            number(one.seen),
            quantity(one.unspecified_kg or None, "kg"),
        )


def _prices(found: Mirrored) -> Iterator[tuple[str, ...]]:
    for one in found.prices[:_LISTED]:
        prices = (one.price, one.usual, one.other_side, one.pair_usual)
        yield (
            one.key.code + ("" if one.own else " *"),
            str(one.key.period),
            *ends_in_words(one),
            side_in_words(one.reported),
            quantity(one.kg, "kg"),
            *map(price_in_words, prices),
            signed(one.z, 1),
            number(one.flows),
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
    exporters = [
        each for each in sorted(most, key=country_in_words) if any(e == each for e, _ in held)
    ]
    importers = [
        each for each in sorted(most, key=country_in_words) if any(i == each for _, i in held)
    ]
    return Matrix(
        importers=tuple(map(country_in_words, importers)),
        rows=tuple(
            (country_in_words(e), tuple(_square(held.get((e, i))) for i in importers))
            for e in exporters
        ),
        left_out=len(counts) - len(most),
    )


def _square(one: Discrepancy | None) -> tuple[str, int]:
    if one is None:
        return "", 0
    return signed(one.ratio), min(4, 1 + int(abs(one.ratio) * 4))


def _point(one: Point) -> tuple[str, ...]:
    return (
        one.key.code + ("" if one.own else " *"),
        str(one.key.period),
        *ends_in_words(one),
        figure(f"{one.kg:,.0f}"),
        "" if one.usual_kg is None else figure(f"{one.usual_kg:,.0f}"),
        signed(one.z, 1),
    )


def _gap(gap: Gap) -> str:
    said = words(
        "Total and parts differ: {country}, {side}, {code}, {period}: {total} in total, {parts} in "
        "parts."
    )
    return said.format(
        country=gap.reporter,
        side=side_in_words(gap.side),
        code=gap.code,
        period=gap.period,
        total=quantity(gap.total_kg, "kg"),
        parts=quantity(gap.parts_kg, "kg"),
    )
