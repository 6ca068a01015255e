"""Build data/parties/background.toml: how many ordinary names contain each word.

Usage: python tools/build_party_background.py COMPANIES.tsv

COMPANIES.tsv is the column of company names of FinanceDatabase (MIT): companies listed on some
stock exchanges.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

from tidewaiter.parties.names import read_name

PLACE = Path(__file__).parents[1] / "src/tidewaiter/data/parties/background.toml"
LEAST = 3  # minimum number of companies with a word
HEAD = """\
# Made by tools/build_party_background.py. Do not edit.
source = "FinanceDatabase, database/equities (MIT), names of {} companies"

[words]  # names with the word, in a million
"""


def main(path: Path) -> None:
    """Count the words and write the file."""
    counts: Counter[str] = Counter()
    total = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            total += 1
            forms = read_name(row["name"], "organisation").forms
            counts.update({token.key for form in forms for token in form.tokens})
    shares = {word: n * 1_000_000 // total for word, n in counts.items() if n >= LEAST}
    lines = [f"{word} = {n}\n" for word, n in sorted(shares.items()) if _bare(word)]
    PLACE.write_text(HEAD.format(total) + "".join(lines), encoding="utf-8")


def _bare(word: str) -> bool:
    """Return whether TOML accepts a word as an unquoted key."""
    return word.isascii() and word.isalnum()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
