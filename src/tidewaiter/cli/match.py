"""The command `tidewaiter match`."""

from pathlib import Path
from typing import TextIO

import click
import numpy as np

from tidewaiter.base.files import check_file, replacing, writing
from tidewaiter.bulk.parties import Matched, match_parties
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.rows import read_queries, read_rows

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--list", "list_path", type=_FILE, required=True, help="The list, JSON lines.")
@click.option("--queries", type=_FILE, help="Parties to match, in columns parted by tabs.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where matches go.")
def match(list_path: Path, queries: Path, out: Path) -> None:
    """Match parties against a list.

    Example: tidewaiter match --list list.jsonl --queries queries.tsv --out results.tsv
    """
    check_file(out)
    matcher = Matcher(build_index(read_rows(list_path)))
    with queries.open("rb") as file, replacing(out, "match") as part, writing(str(out)):
        with part.open("w", encoding="utf-8") as sink:
            for batch in match_parties(read_queries(file, queries.name), matcher):
                _write(batch, matcher.index, sink)


def _write(batch: Matched, index: Index, sink: TextIO) -> None:
    """Write a line for each match: the party, the entry, the probability."""
    chances = 1 / (1 + np.exp(-batch.answers.odds))
    ids = [party.id for party in index.parties]
    lines = []
    for party, row in zip(batch.parties, batch.place, strict=True):
        for at in range(batch.answers.counts[row]):
            entry = ids[batch.answers.entries[row, at]]
            lines.append(f"{party.id}\t{entry}\t{float(chances[row, at])!r}\n")
    sink.writelines(lines)
