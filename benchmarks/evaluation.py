"""Location of the evaluation data, and the registry's entries for it."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tidewaiter.law.registry import load_registry

ROOT = Path(__file__).resolve().parent.parent
BILINGUAL = ROOT / "benchmarks" / "parties_bilingual.tsv"  # names in two scripts, learnt from


class Known(NamedTuple):
    """One name that the registry holds."""

    slug: str
    text: str
    language: str
    tier: str


def shared() -> Path | None:
    """Return the directory of evaluation data, or None where there is none.

    It is the one that TIDEWAITER_SHARED names, or ``shared`` beside the checkout.
    """
    place = Path(os.environ.get("TIDEWAITER_SHARED", ROOT.parent / "shared"))
    return place if place.is_dir() else None


def data(path: str) -> Path | None:
    """Return a file of the evaluation data, or None where it is absent."""
    place = shared()
    file = place / "data" / path if place else None
    return file if file and file.is_file() else None


def registry_names() -> list[Known]:
    """List every name of every substance and form, each pair of slug and text once."""
    return list(dict.fromkeys(_names()))


def registry_cas() -> dict[str, str]:
    """Map each CAS number of a substance, a form or a name to the slug."""
    found: dict[str, str] = {}
    for substance in load_registry().substances:
        numbers = [form.cas for form in substance.forms] + [name.cas for name in substance.names]
        found |= dict.fromkeys([*substance.cas, *filter(None, numbers)], substance.slug)
    return found


def hs_descriptions() -> list[tuple[str, str]]:
    """List code and description of HS 2022, all levels, or nothing where the data are absent."""
    return _column("chemistry/hs/harmonized-system.csv", "hscode", "description")


def un_names() -> list[tuple[str, str]]:
    """List number and proper shipping name, from two lists, each pair once."""
    first = _column("chemistry/un_shipping_names/dot_hazmat.csv", "un", "name")
    second = _column("trade/reference/un-numbers/un-numbers.csv", "number", "description")
    return list(dict.fromkeys(first + second))


def abstracts() -> list[tuple[str, str]]:
    """List the sentences of BC5CDR, numbered, their tokens parted by spaces."""
    return [(key, " ".join(word for word, _ in tokens)) for key, tokens in _sentences()]


def annotated() -> dict[str, list[tuple[int, int]]]:
    """Map each sentence of BC5CDR to where its chemicals begin and end, as annotated."""
    marked: dict[str, list[tuple[int, int]]] = {}
    for key, tokens in _sentences():
        spans, at = marked.setdefault(key, []), 0
        for word, tag in tokens:
            end = at + len(word)
            if tag.startswith("B"):
                spans.append((at, end))
            elif tag.startswith("I"):
                spans[-1:] = [(spans[-1][0] if spans else at, end)]
            at = end + 1
    return marked


def _sentences() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for part in ("train", "devel"):
        file = data(f"chemistry/bc5cdr/{part}.tsv")
        text = file.read_text("utf-8") if file else ""
        blocks = [block for block in text.split("\n\n") if block.strip()]
        for at, block in enumerate(blocks, 1):
            rows = [row.split("\t") for row in block.splitlines() if "\t" in row]
            yield f"{part} {at}", [(row[0], row[1]) for row in rows]


def everyday() -> list[tuple[str, str]]:
    """List everyday product names, numbered by their line."""
    text = (Path(__file__).parent / "everyday.txt").read_text("utf-8")
    rows = enumerate(text.splitlines(), 1)
    return [(str(at), row) for at, row in rows if row and not row.startswith("#")]


def _names() -> Iterator[Known]:
    for substance in load_registry().substances:
        yield Known(substance.slug, substance.name, "en", "strong")
        for name in substance.names:
            yield Known(substance.slug, name.text, name.language, name.tier)
        for form in substance.forms:
            yield Known(substance.slug, form.name, "en", "strong")


def _column(path: str, key: str, text: str) -> list[tuple[str, str]]:
    file = data(path)
    if file is None:
        return []
    with file.open(encoding="utf-8", newline="") as rows:
        return [(row[key], row[text]) for row in csv.DictReader(rows) if row[text]]
