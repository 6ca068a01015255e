"""A forger of envelopes, receipts and documents: none is taken, each for the right reason.

Run: python -m tests.soak.forgeries --number 20000
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.soak.forged_envelopes import EnvelopeForger
from tests.soak.forged_papers import PaperForger


class Forger(EnvelopeForger, PaperForger):
    """Forges whatever there is."""


def run(number: int, folder: Path, seed: int = 1) -> dict[str, int]:
    """Send this many forgeries; return the number of rejections, by code or by kind.

    Raises:
        AssertionError: One was accepted, or rejected for the wrong reason, or not logged once.
    """
    forger = Forger(folder, seed)
    parts: list[tuple[str, Callable[[int], int], int]] = [
        ("receipts", forger.receipts, number // 10),
        ("documents", forger.documents, number // 10),
    ]
    found: dict[str, int] = dict(forger.envelopes(number - 2 * (number // 10)))
    for name, work, times in parts:
        found[name] = work(times)
    for each in (forger.aland, forger.bergen, forger.cork):
        each.desk.database.close()
    return found


def main() -> None:
    """Send the requested number of forgeries, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = run(asked.number, Path(folder), asked.seed)
    told = {"forgeries": sum(found.values()), "accepted": 0, **found}
    sys.stdout.write(f"{json.dumps(told, indent=1)}\n{time.monotonic() - begun:.1f} s\n")


if __name__ == "__main__":
    main()
