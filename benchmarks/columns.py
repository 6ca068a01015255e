"""Column mapping, measured on hand-labelled column names.

They are from 48 countries by one source (``columns_labels.tsv``), and from other people's files
(``columns_elsewhere.tsv``, ``columns_elsewhere_2.tsv``). Each is looked up in its own header: the
whole header is mapped as a file's would be, without any rows, and the answer for that column is
compared with its label.

For columns with the meaning of one of our fields:
  read      the column is read as that field;
  settled   another column of the file is read as the field, and this one is known to hold it too
            (a value in a second currency, a name in a second language): precedence, as documented;
  asked     the column is in a question, or is named as one that may hold a field;
  unread    it is not mapped;
  wrong     it is read as something else, without a question.
For columns without such a meaning, or with an unclear one: left, asked, or wrong.

    python -m benchmarks.columns COLUMNS.csv [--held-out | --held-out-2] [--misses]
    python -m benchmarks.columns --elsewhere dev [--misses]

COLUMNS.csv: country, direction, format, position, column. The headers of ``--elsewhere`` are in
``columns_elsewhere_headers.tsv`` and ``columns_elsewhere_2_headers.tsv``. No values are available,
so columns are not recognised by their values.
"""

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.columns.mapping import Mapping as Columns
from tidewaiter.trade.readers.columns.mapping import Question, survey_columns
from tidewaiter.trade.readers.columns.words import plain_names
from tidewaiter.trade.readers.table import unique_names
from tidewaiter.trade.types import ReadOptions

LABELS = Path(__file__).with_name("columns_labels.tsv")
ELSEWHERE = Path(__file__).with_name("columns_elsewhere.tsv")
ELSEWHERE_HEADERS = Path(__file__).with_name("columns_elsewhere_headers.tsv")
ELSEWHERE_2 = Path(__file__).with_name("columns_elsewhere_2.tsv")
ELSEWHERE_2_HEADERS = Path(__file__).with_name("columns_elsewhere_2_headers.tsv")
Source = tuple[str, str, str]
"""Country, direction, format; elsewhere language, file, description."""


class Label(NamedTuple):
    """What one column means."""

    group: str  # "tuned", "held out" or "held out 2"; elsewhere "dev", "blind" or "blind-2"
    source: Source
    position: int
    name: str
    means: str  # a field, "none" or "unknown"
    also: tuple[str, ...]  # further readings that count as correct
    weight: int  # number of columns with the name

    @property
    def is_field(self) -> bool:
        """Return whether the column has the meaning of one of our fields."""
        return self.means not in ("none", "unknown")


def read_labels(path: Path = LABELS) -> Iterator[Label]:
    """Read the labels, in the order in which they were drawn."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            group, country, direction, form, position, name, means, weight = line.split("\t")
            first, *also = means.split("|")
            source = (country, direction, form)
            yield Label(group, source, int(position), name, first, tuple(also), int(weight))


def read_headers(path: Path) -> dict[Source, dict[int, str]]:
    """Read the headers: position -> name of each source."""
    headers: dict[Source, dict[int, str]] = defaultdict(dict)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            source = (row["country"].strip(), row["direction"].lower(), row["format"].lower())
            headers[source][int(row["position"])] = row["column"]
    return {source: dict(sorted(names.items())) for source, names in headers.items()}


def read_elsewhere(
    labels: Path = ELSEWHERE, headers: Path = ELSEWHERE_HEADERS
) -> tuple[list[Label], dict[Source, dict[int, str]]]:
    """Read the labels and the headers that are from other sources."""
    sources: dict[str, Source] = {}
    found: dict[Source, dict[int, str]] = defaultdict(dict)
    for line in headers.read_text(encoding="utf-8").splitlines():
        if line.startswith("# @\t"):
            _, file, _, language, what, _ = line.split("\t")
            sources[file] = (language, file, what)
        elif line and not line.startswith("#"):
            file, position, name = line.split("\t")
            found[sources[file]][int(position)] = name
    read = []
    for line in labels.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            group, file, position, name, means = line.split("\t")
            first, *also = means.split("|")
            read.append(Label(group, sources[file], int(position), name, first, tuple(also), 1))
    return read, dict(found)


class Answer(NamedTuple):
    """How one header is mapped."""

    places: Mapping[int, int]  # position in the source -> place in the header
    columns: Columns
    questions: tuple[Question, ...]
    header: Sequence[str]


def answer(names: Mapping[int, str]) -> Answer:
    """Map one header."""
    header = unique_names(list(names.values()))
    columns, questions = survey_columns(header, (), "header", ReadOptions())
    return Answer({p: i for i, p in enumerate(names)}, columns, questions, header)


def plain(field: str) -> str:
    """Fold the second party of a role into the first: "importer2.name" is an importer's name."""
    role, dot, attribute = field.partition(".")
    return f"{role.rstrip('23456789')}{dot}{attribute}"


def judge(label: Label, got: Answer) -> tuple[str, str]:
    """Compare a label with the answer; return the outcome, and the field the column is read as."""
    place = got.places[label.position]
    right = {label.means, *label.also} - {"none", "unknown"}
    read = [plain(f) for f, places in got.columns.places.items() if place in places]
    if read:
        return ("read" if right.issuperset(read) else "wrong"), "+".join(read)
    asked = [q.field for q in got.questions if got.header[place] in q.columns]
    if asked:
        return "asked", "+".join(asked)
    unsure = [field for field, names in got.columns.unsure.items() if got.header[place] in names]
    if unsure:
        return "asked", "+".join(unsure)
    known = {plain(f.field) for f in find_columns(plain_names(got.header)[place])}
    if label.is_field and known & right & {plain(f) for f in got.columns.columns}:
        return "settled", ""
    return ("unread" if label.is_field else "left"), ""


FIELD = ("read", "settled", "asked", "unread", "wrong")
OTHER = ("left", "read", "asked", "wrong")


def show(title: str, counts: Counter[str], outcomes: Sequence[str]) -> None:
    """Print one line of outcomes."""
    total = sum(counts.values()) or 1
    parts = [f"{name} {counts[name]:3d} ({counts[name] / total:6.1%})" for name in outcomes]
    print(f"{title:34s} {sum(counts.values()):4d}  " + "  ".join(parts))


def by_group(judged: Sequence[tuple[Label, str, str]]) -> None:
    """Print the outcomes of all, weighted by columns, and by field and country."""
    fields = [(each, how) for each, how, _ in judged if each.is_field]
    show("mean a field", Counter(how for _, how in fields), FIELD)
    weighted: Counter[str] = Counter()
    for each, how in fields:
        weighted[how] += each.weight
    show("  weighted by columns", weighted, FIELD)
    others = Counter(how for each, how, _ in judged if not each.is_field)
    show("mean none, or cannot be told", others, OTHER)
    for title in ("field", "country or language"):
        table: dict[str, Counter[str]] = defaultdict(Counter)
        for each, how in fields:
            table[each.means if title == "field" else each.source[0]][how] += 1
        whole = sum(set(counts) <= {"read", "settled"} for counts in table.values())
        print(f"by {title}: {whole} of {len(table)} wholly right; the others:")
        for name, counts in sorted(table.items()):
            if not set(counts) <= {"read", "settled"}:
                show(f"  {name}", counts, FIELD)


def main() -> None:
    """Measure the sets that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("headers", type=Path, nargs="?", help="COLUMNS.csv")
    sets = parser.add_mutually_exclusive_group()
    for name, what in (("held out", "second"), ("held out 2", "third")):
        option = "--" + name.replace(" ", "-")
        says = f"the {what} set, once at the end"
        sets.add_argument(option, dest="group", action="store_const", const=name, help=says)
    sets.add_argument(
        "--elsewhere", choices=("dev", "blind", "blind-2"), help="names from other sources"
    )
    parser.add_argument("--misses", action="store_true", help="list what is not right")
    asked = parser.parse_args()
    group = asked.elsewhere or asked.group or "tuned"
    if asked.elsewhere == "blind-2":
        labels, headers = read_elsewhere(ELSEWHERE_2, ELSEWHERE_2_HEADERS)
    elif asked.elsewhere:
        labels, headers = read_elsewhere()
    elif asked.headers:
        labels, headers = list(read_labels()), read_headers(asked.headers)
    else:
        parser.error("name COLUMNS.csv, or --elsewhere dev")
    wanted = [label for label in labels if label.group == group]
    used = {label.source for label in wanted}
    answers = {
        source: answer(names)
        for source, names in headers.items()
        if source in used or not asked.elsewhere
    }
    judged = [(label, *judge(label, answers[label.source])) for label in wanted]
    print(f"{group}: {len(judged)} names")
    by_group(judged)
    questions = Counter(len(got.questions) for got in answers.values())
    print(f"questions in a header: {dict(sorted(questions.items()))} of {len(answers)} headers")
    for label, how, what in judged if asked.misses else ():
        if how not in ("read", "settled", "left"):
            means = "|".join((label.means, *label.also))
            place = " ".join(label.source[:2] if asked.elsewhere else label.source)
            print(f"{how:7s} {place:28s} {label.name:34s} {means:28s} {what}")


if __name__ == "__main__":
    main()
