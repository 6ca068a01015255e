"""Proposal of the column that identifies consignments, where no name says it."""

import re
from collections.abc import Collection, Sequence
from itertools import groupby

from tidewaiter.trade.readers.columns.header_meaning import find_unsure
from tidewaiter.trade.readers.columns.vocabulary import load_rules, words_of
from tidewaiter.trade.readers.table import is_nothing

_NUMBER = re.compile(r"(?=.*\d)[^\s,;]{2,40}")
_AMOUNT = re.compile(r"-?\d+\.\d{1,3}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d.*")  # or day


def propose_consignment(
    names: Sequence[str], columns: Sequence[Sequence[str | None]], used: Collection[int]
) -> int | None:
    """Find the column that identifies consignments best.

    Its name is that of a paper or a movement (an order, a job, a delivery note), and its values are
    numbers: one per consignment, so that equal ones stand in adjacent rows.

    Args:
        names: Names of the columns.
        columns: First values of each column.
        used: Indices of columns with another meaning.

    Returns:
        Its index; None: no column, or several equally good ones.
    """
    found = [
        (_rank(name, columns[at]), at)
        for at, name in enumerate(names)
        if at not in used and _is_paper(name) and _identifies(columns[at])
    ]
    best = min((rank for rank, _ in found), default=0)
    first = [at for rank, at in found if rank == best]
    return first[0] if len(first) == 1 else None


def _rank(name: str, values: Sequence[str | None]) -> tuple[bool, bool]:
    """Rank a column: names that may mean a consignment first, then those that group rows."""
    return "consignment" not in find_unsure(name), len(set(values)) == len(values)


def _is_paper(name: str) -> bool:
    words, rules = set(words_of(name)), load_rules().identity
    if not words.isdisjoint(rules["others"]):
        return False
    return not words.isdisjoint(rules["papers"]) or "consignment" in find_unsure(name)


def _identifies(values: Sequence[str | None]) -> bool:
    """Return whether all values are numbers, and equal ones are adjacent."""
    texts = [value.strip() for value in values if value and not is_nothing(value)]
    if not texts or len(texts) < len(values):
        return False
    numbers = all(_NUMBER.fullmatch(text) for text in texts)
    if not numbers or all(_AMOUNT.fullmatch(text) for text in texts):
        return False
    return sum(1 for _ in groupby(texts)) == len(set(texts))
