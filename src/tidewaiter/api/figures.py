"""Overdose deaths: estimates of final counts, and claims compared with official counts."""

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from tidewaiter.api.frames import Frame
from tidewaiter.api.inputs import TABLE, as_table, read_day, read_paths, read_texts
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.claims.types import Checked
from tidewaiter.burden.indicators import find_indicator
from tidewaiter.burden.nowcast import nowcast
from tidewaiter.burden.nowcast.estimates import as_table as estimates_as_table
from tidewaiter.burden.nowcast.estimates import earlier_releases
from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.releases.folder import Loaded, load_releases, read_releases, releases_folder
from tidewaiter.burden.types import Basis, Note, Reading

_TEXTS = pa.list_(pa.string())
_FINDING = pa.struct(
    [
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("period", pa.string()),
        ("place", pa.string()),
        ("basis", pa.string()),
        ("kind", pa.string()),
        ("closed", pa.bool_()),
        ("releases", _TEXTS),
        ("addresses", _TEXTS),
        ("public", pa.bool_()),
        ("difference", pa.float64()),
        ("fit", pa.string()),
        ("how", pa.string()),
        ("aside", pa.bool_()),
    ]
)
_TRAP = pa.struct([("key", pa.string()), ("value", pa.float64()), ("text", pa.string())])
CLAIMS = pa.schema(
    [
        ("line", pa.int64()),  # index of the text, from 0
        ("claim", pa.string()),
        ("verdict", pa.string()),
        ("summary", _TEXTS),
        ("measure", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("place", pa.string()),
        ("indicator", pa.string()),
        ("assumed", _TEXTS),
        ("findings", pa.list_(_FINDING)),
        ("traps", pa.list_(_TRAP)),
        ("warnings", _TEXTS),
        ("missing", _TEXTS),
    ]
)
"""Columns of the result: one row per claim."""

_BASES: dict[str, Basis] = {"": "", "occurrence": "occurrence", "residence": "residence"}


def estimate_counts(release: Any, earlier: Any, indicators: str | Iterable[str]) -> Frame:
    """Estimate final counts: see `tidewaiter.api.nowcast`."""
    asked = [indicators] if isinstance(indicators, str) else indicators
    keys = [find_indicator(text).key for text in asked]
    reading = _reading(release)
    before = _loaded(earlier, reading.source) if earlier else Loaded(releases=(), skipped=())
    found = nowcast(reading, earlier_releases(reading, [e.reading for e in before.releases]))
    if keys:
        found = found.filter(pc.is_in(found["indicator"], pa.array(keys, pa.string())))
    notes = (*reading.notes, *before.skipped)
    return Frame(estimates_as_table(found, reading), map(_refused, notes))


def _reading(release: Any) -> Reading:
    if isinstance(release, (str, Path)):
        (path,) = read_paths(release)
        if not path.is_file():
            raise InputError("api/not-a-file", at=str(path))
        return read_release(path.read_bytes(), path.name)
    written = BytesIO()
    csv.write_csv(as_table(release), written)
    return read_release(written.getvalue(), TABLE)


def _loaded(places: Any, source: str = "") -> Loaded:
    """Load an archive, a folder of files, or single files."""
    paths = read_paths(places)
    if len(paths) == 1 and paths[0].is_dir():
        return load_releases(paths[0], source)
    return read_releases(paths, source)


def _refused(note: Note) -> dict[str, Any]:
    """Convert a note to a row of `refused`; its place is the row number."""
    return {
        "row": 0,
        "column": note.place,
        "value": note.value,
        "problem": note.problem,
        "hint": note.hint,
        "code": note.code,
        "values": dict(note.values),
        "screened": note.kept,
    }


class ClaimOptions(Record, frozen=True, kw_only=True):
    """Arguments of `tidewaiter.api.check_claim` other than the texts."""

    said_on: date | str | None
    place: str
    period: str
    indicator: str
    basis: str
    number: str
    releases: Any
    day: date | str | None


def check_claims(texts: Any, column: str | None, options: ClaimOptions) -> Frame:
    """Compare claims with official figures: see `tidewaiter.api.check_claim`."""
    day, given = read_day(options.day), _given(options)
    asked = options.releases
    loaded = load_releases(releases_folder()) if asked is None else _loaded(asked)
    rows: list[dict[str, Any]] = []
    refused = [_refused(note) for note in loaded.skipped]
    for line, text in enumerate(read_texts(texts, column)):
        try:
            claims = parse_claims(text or "", day, given)
        except InputError as error:
            if isinstance(texts, str):
                raise
            refused.append(_not_read(line, text or "", error))
            continue
        rows += (_row(line, check_claim(each, loaded.releases, day)) for each in claims)
    return Frame(pa.Table.from_pylist(rows, schema=CLAIMS), refused)


def _given(options: ClaimOptions) -> Given:
    if options.basis not in _BASES:
        raise InputError("api/not-a-basis", basis=options.basis, at="basis")
    return Given(
        said=None if options.said_on is None else read_day(options.said_on, "said_on"),
        place=options.place,
        period=options.period,
        indicator=options.indicator,
        basis=_BASES[options.basis],
        number=options.number,
    )


def _row(line: int, checked: Checked) -> dict[str, Any]:
    told = msgspec.to_builtins(checked)
    claim = told["claim"]
    return {
        **{name: told[name] for name in CLAIMS.names if name in told},
        **{name: claim[name] for name in ("measure", "place", "indicator", "assumed")},
        "line": line,
        "claim": claim["text"],
        "value": claim["stated"]["value"],
        "unit": claim["stated"]["unit"],
    }


def _not_read(line: int, text: str, error: InputError) -> dict[str, Any]:
    return {
        "row": line + 1,
        "column": "",
        "value": text[:200],
        "problem": error.message,
        "hint": error.hint,
        "code": error.code,
        "values": dict(error.values),
        "screened": False,
    }
