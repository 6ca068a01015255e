"""Mirror statistics as one page that needs no network: lists, flows over time, a matrix."""

from collections import defaultdict
from collections.abc import Iterator

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.mirror.places import Distances, name_of
from tidewaiter.mirror.reading import Reading
from tidewaiter.mirror.results import Mirrored, course
from tidewaiter.mirror.revisions import revision_in_words
from tidewaiter.mirror.types import Discrepancy, Watched
from tidewaiter.mirror.words import SHARED
from tidewaiter.report.mirrorcharts import flow_chart
from tidewaiter.report.mirrormap import MirrorMap, mirror_map
from tidewaiter.report.mirrorwords import (
    elsewhere_in_words,
    freight_in_words,
    price_in_words,
    quantity,
    signed,
)
from tidewaiter.report.overviewcharts import Drawn
from tidewaiter.report.pages import environment, hashed, static

_CHARTS = 12
_LISTED = 200
_SIDE = 24  # countries of the matrix on a side, at most


class Row(Record, frozen=True, kw_only=True):
    """A discrepancy, ready to be printed."""

    one: Discrepancy
    cells: tuple[str, ...]  # X, M, tau, M', m, usual m, z, with the neighbour, weight
    substances: tuple[str, ...]
    shared: str  # what is said of a code that holds others too
    remarks: tuple[str, ...]
    chart: Drawn | None


class Matrix(Record, frozen=True, kw_only=True):
    """Discrepancies by exporter and importer: the highest |z| or |m|, and its step from 0 to 4."""

    importers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    left_out: int  # countries without room


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
    """Return the answer as one page of HTML that holds all that it shows.

    Args:
        found: The answer.
        reading: What it rests on, for the flows over time.
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
    """Return the strangest discrepancy of each pair of countries; of most countries, those most."""
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
