"""Damage done to messages in XML: none crashes a reader, whatever stands in it.

Run: python -m tests.soak.messages --seconds 600

Where atheris is installed (`pip install atheris`; it has builds for Linux), it looks for damage
that reaches new code. Elsewhere, or with --plain, samples are damaged at random, from a seed.
"""

import argparse
import io
import random
import sys
import tempfile
import time
from pathlib import Path

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.messages import FORMATS
from tidewaiter.consignments.messages.types import Found
from tidewaiter.consignments.messages.xmlformats import NAMES
from tidewaiter.consignments.types import Refusal

SAMPLES = Path(__file__).parents[1] / "data" / "messages"
PIECES = (
    b"<", b"</", b">", b"/>", b"&amp;", b"&#0;", b"&x;", b"<!--", b"-->", b"<![CDATA[", b"]]>",
    b"<?xml ?>", b"<!DOCTYPE a>", b"<Item>", b"<null/>", b'a="', b"\xff\xfe", b"\xef\xbb\xbf",
    b"\0", b",",
)  # fmt: skip
LARGEST = 20_000  # bytes of a damaged sample


def check(raw: bytes) -> int:
    """Read bytes as every XML format; return how many lines and refusals there were.

    Raises:
        AssertionError: Something else came.
    """
    count = 0
    for name in NAMES:
        try:
            for item in FORMATS[name].read(io.BytesIO(raw), "a.xml"):
                assert isinstance(item, Found) or (isinstance(item, Refusal) and item.hint)
                count += 1
        except InputError:
            count += 1
    return count


def damaged(chance: random.Random, samples: list[bytes]) -> bytes:
    """Damage a sample in a few places."""
    raw = bytearray(chance.choice(samples))
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(raw) + 1)
        end = place + chance.choice((0, 0, 1, 4, 60))
        put = chance.choice((*PIECES, b"", chance.randbytes(3), bytes(raw[place : place + 40])))
        raw[place:end] = put
    return bytes(raw[:LARGEST])


def plain(seconds: float, seed: int) -> int:
    """Damage samples at random for so long; return how many were read."""
    chance, end, count = random.Random(seed), time.monotonic() + seconds, 0
    samples = [path.read_bytes() for path in sorted(SAMPLES.glob("*.xml"))]
    while time.monotonic() < end:
        check(damaged(chance, samples))
        count += 1
    return count


def guided(seconds: int) -> None:
    """Let atheris look for damage; it ends the process itself, with an error if one was found."""
    import atheris  # noqa: PLC0415 - no dependency

    atheris.instrument_all()
    found = tempfile.mkdtemp(prefix="messages-")  # where it keeps what reaches new code
    flags = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST}",
        "-timeout=10",
        "-rss_limit_mb=2048",
    ]
    atheris.Setup([sys.argv[0], *flags, found, str(SAMPLES)], lambda raw: (check(raw), None)[1])
    atheris.Fuzz()


def main() -> None:
    """Damage samples, and say how many were read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without atheris")
    told = parser.parse_args()
    try:
        if not told.plain:
            guided(told.seconds)
    except ModuleNotFoundError:
        sys.stderr.write("atheris is not installed: samples are damaged at random\n")
    sys.stdout.write(f"{plain(told.seconds, told.seed)} damaged documents read, no crash\n")


if __name__ == "__main__":
    main()
