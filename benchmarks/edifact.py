"""EDIFACT: reading speed compared with pydifact, and memory usage for a long file.

``python -m benchmarks.edifact`` concatenates many copies of one message of
``tests/data/messages``, and measures side by side, in CPU seconds, the best of five,

- the bare parser: pydifact scans the text token by token, without building anything,
- its segments, which is what one would read with it,
- our segments alone, and our lines with fields, parties, route and all other text,
- the whole conversion into canonical lines, as in a screening.

Then a file of 200 MB is read as a stream, and its additional memory over that of a small file is
reported. It prints a table, and writes ``docs/benchmarks/edifact.json``.
"""

import io
import json
import platform
import resource
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, cast

from pydifact.control.characters import Characters
from pydifact.parser import Parser
from pydifact.tokenizer import Tokenizer

from tidewaiter.trade.messages.edifact.reading import read
from tidewaiter.trade.messages.edifact.segments import Cutter
from tidewaiter.trade.readers import BUILT_IN
from tidewaiter.trade.types import ReadOptions, Refusal

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data" / "messages"
OUT = ROOT / "docs" / "benchmarks" / "edifact.json"
ROUNDS = 5
TIMED = 4_000_000  # bytes
LONG = 200_000_000  # bytes


class Repeated(io.RawIOBase):
    """A file that is one message over and over, and stands nowhere."""

    def __init__(self, one: bytes, size: int) -> None:
        self._one = one * (1_000_000 // len(one) + 1)
        self._left = size // len(self._one)
        self._held = b""

    def readable(self) -> bool:
        """Check that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if not self._held and self._left:
            self._held, self._left = self._one, self._left - 1
        data, self._held = self._held[:size], self._held[size:]
        return data


def body_of(name: str) -> bytes:
    """Return the message of a sample, without its interchange."""
    text = (DATA / name).read_bytes().replace(b"\n", b"")
    return b"UNH" + text.split(b"UNH", 1)[1].split(b"UNZ")[0]


def seconds(work: Callable[[], object]) -> float:
    """Time a work: seconds of the processor, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def measure(name: str) -> dict[str, float]:
    """Measure the reading of one message, many times over.

    Raises:
        AssertionError: The ways do not find the same segments or lines.
    """
    one = body_of(name)
    raw = one * (TIMED // len(one))
    text = raw.decode()
    ours = sum(1 for _ in Cutter(io.BytesIO(raw)).segments())
    assert ours == sum(1 for _ in Parser().parse(text))
    found = sum(1 for _ in read(io.BytesIO(raw), name))
    assert found == lines_of(raw)
    tokens = cast("Any", Tokenizer)  # neither has types
    usual = cast("Any", Characters).from_str("UNA:+.? '")
    times = {
        "pydifact_tokens": seconds(lambda: sum(1 for _ in tokens().get_tokens(text, usual))),
        "pydifact_segments": seconds(lambda: sum(1 for _ in Parser().parse(text))),
        "our_segments": seconds(lambda: sum(1 for _ in Cutter(io.BytesIO(raw)).segments())),
        "our_lines": seconds(lambda: sum(1 for _ in read(io.BytesIO(raw), name))),
        "canonical_lines": seconds(lambda: lines_of(raw)),
    }
    megabytes = len(raw) / 1e6
    rates = {f"{key}_mb_s": round(megabytes / took, 1) for key, took in times.items()}
    return {
        **rates,
        "segments": ours,
        "lines": found,
        "times_the_bare_parser": round(times["pydifact_tokens"] / times["our_lines"], 2),
    }


def lines_of(raw: bytes) -> int:
    """Read a file the whole way, and count its lines."""
    items = BUILT_IN["edifact"](io.BytesIO(raw), "file", ReadOptions())
    return sum(0 if isinstance(item, Refusal) else len(item) for item in items)


def memory() -> float:
    """Return the megabytes that reading a long file takes beyond those of a small one."""
    one = body_of("cuscar.edi")
    sum(1 for _ in read(cast("BinaryIO", Repeated(one, 2_000_000)), "small"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sum(1 for _ in read(cast("BinaryIO", Repeated(one, LONG)), "long"))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (after - before) / 1024


def main() -> None:
    """Measure all of it."""
    warnings.simplefilter("ignore")
    more = round(memory(), 1)
    found = {name: measure(name) for name in ("cuscar.edi", "cusdec.edi", "iftmin.edi")}
    for name, row in found.items():
        print(name, row, file=sys.stderr)
    print(f"{LONG // 1_000_000} MB as a stream: {more} MB more memory", file=sys.stderr)
    told = {
        "day": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "pydifact": version("pydifact"),
        "long_mb": LONG // 1_000_000,
        "more_memory_mb": more,
        "messages": found,
    }
    OUT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
