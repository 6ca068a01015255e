"""Whatever a file holds, it is read or refused; TIDEWAITER_SOAK=100 tries a hundredfold."""

import os
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidewaiter.base.errors import InputError
from tidewaiter.trade.mirror.reading import read_files
from tidewaiter.trade.mirror.results import Question, answer
from tidewaiter.trade.mirror.types import Watched, load_method

DATA = Path(__file__).parents[2] / "data" / "mirror"
SAMPLES = [path.read_bytes() for path in sorted(DATA.glob("*.csv"))]
TRIES = int(os.environ.get("TIDEWAITER_SOAK", "1"))
RELAXED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}
WATCHED = {"291524": Watched(code="291524", own=True, substances=())}

edits = st.lists(
    st.tuples(st.integers(0, 5_000), st.integers(0, 40), st.binary(max_size=6)), max_size=8
)


def _try(content: bytes, folder: Path) -> None:
    path = folder / "a.csv"
    path.write_bytes(content)
    try:
        reading = read_files([path], WATCHED)
    except InputError:
        return
    found = answer(reading, WATCHED, load_method(), Question(every=True))
    assert all(-1 <= one.ratio <= 1 for one in found.discrepancies)


@settings(max_examples=60 * TRIES, **RELAXED)
@given(st.sampled_from(SAMPLES), edits)
def test_a_sample_that_was_spoilt_is_read_or_refused(
    tmp_path: Path, sample: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    """Bytes are cut out, put in and changed anywhere."""
    content = sample
    for start, length, new in changes:
        at = start % (len(content) + 1)
        content = content[:at] + new + content[at + length :]
    _try(content, tmp_path)


@settings(max_examples=40 * TRIES, **RELAXED)
@given(st.binary(max_size=400), st.sampled_from([b"", b"t,i,j,k,v,q\n"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes, header: bytes) -> None:
    """With a header of ours in front, or without."""
    _try(header + content, tmp_path)
