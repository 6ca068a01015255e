"""False alerts: number of ordinary lines flagged, per 10,000, and the causes.

Run ``python -m benchmarks.false_alerts --show``. A flag is true if a reviewed list in this folder,
``true_mentions_<set>.csv``, has its line and substance: those were read by hand, and the line does
name the substance, if only to exclude it. In BC5CDR it is true if its annotators marked a chemical
that the mention covers. All others are false.
"""

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from benchmarks.evaluation import abstracts, annotated, everyday, hs_descriptions, un_names

from tidewaiter.identify import identify, load_lexicon

SETS = {"hs": hs_descriptions, "un": un_names, "bc5cdr": abstracts, "everyday": everyday}


class Flag(NamedTuple):
    """One mention in an ordinary line."""

    key: str  # of the line in its set
    line: int
    substance: str
    text: str
    how: str
    strength: str  # strong, weak, street; or downgraded
    true: bool


def flags(name: str, lines: Sequence[tuple[str, str]], found: pa.Table) -> list[Flag]:
    """Name each mention's line by its key, and its strength by tier or downgrade."""
    true, marked, made = reviewed(name), annotated() if name == "bc5cdr" else {}, []
    for row in found.to_pylist():
        key = lines[row["line"]][0]
        covers = any(row["start"] <= a and b <= row["end"] for a, b in marked.get(key, ()))
        made.append(
            Flag(
                key=key,
                line=row["line"],
                substance=row["substance"],
                text=row["text"],
                how=row["how"],
                strength="downgraded" if row["downgraded"] else row["tier"],
                true=covers or (key, row["substance"]) in true,
            )
        )
    return made


def reviewed(name: str) -> set[tuple[str, str]]:
    """Return the pairs of key and substance that were read and are true mentions."""
    path = Path(__file__).parent / f"true_mentions_{name}.csv"
    if not path.is_file():
        return set()
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["key"], row["substance"]) for row in csv.DictReader(file)}


def report(
    name: str, lines: Sequence[tuple[str, str]], found: Sequence[Flag], *, show: bool
) -> None:
    """Print the rates of one set; a line counts once in each column."""
    print(f"\n{name}: {len(lines):,} lines")
    print(f"{'strength':12} {'lines':>7} {'per 10k':>9} {'false':>7} {'per 10k':>9}  how")
    for strength in ("strong", "weak", "street", "downgraded"):
        mine = [flag for flag in found if flag.strength == strength]
        wrong = [flag for flag in mine if not flag.true]
        every, bad = len({f.line for f in mine}), len({f.line for f in wrong})
        rates = [10_000 * count / len(lines) for count in (every, bad)]
        print(f"{strength:12} {every:7} {rates[0]:9.1f} {bad:7} {rates[1]:9.1f}  {_ways(wrong)}")
    for flag in sorted(found, key=lambda f: (f.strength, f.how, f.substance)) if show else ():
        verdict = "true " if flag.true else "false"
        print(
            f"  {verdict} {flag.strength:10} {flag.how:9} {flag.substance}: "
            f"{flag.text!r} in {flag.key}: {lines[flag.line][1][:150]!r}"
        )


def _ways(wrong: Sequence[Flag]) -> str:
    counts: Mapping[str, int] = {
        how: sum(flag.how == how for flag in wrong) for how in sorted({f.how for f in wrong})
    }
    return ", ".join(f"{how} {count}" for how, count in counts.items())


def save_flags(path: Path, found: Sequence[Flag], lines: Sequence[tuple[str, str]]) -> None:
    """Write the flags that stand, to be read by hand."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["key", "substance", "strength", "how", "text", "line"])
        for flag in found:
            place = lines[flag.line][1]
            rows.writerow([flag.key, flag.substance, flag.strength, flag.how, flag.text, place])


def main() -> None:
    """Print the rates of each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", dest="name", choices=list(SETS), help="one set only")
    parser.add_argument("--show", action="store_true", help="print each mention")
    parser.add_argument("--save", type=Path, help="a folder to write each set's mentions to")
    asked = parser.parse_args()
    lexicon = load_lexicon()
    for name in [asked.name] if asked.name else SETS:
        lines = SETS[name]()
        if not lines:
            print(f"\n{name}: the data are not here")
            continue
        found = flags(name, lines, identify(pa.array([text for _, text in lines]), lexicon))
        report(name, lines, found, show=asked.show)
        if asked.save:
            save_flags(asked.save / f"{name}.csv", found, lines)


if __name__ == "__main__":
    main()
