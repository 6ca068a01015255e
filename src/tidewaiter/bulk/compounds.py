"""Compounds: the law on each structure of a file, on one core or several, in the file's order."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

from tidewaiter.base.records import Record
from tidewaiter.bulk.shares import Share, in_order
from tidewaiter.substances.assess import assess
from tidewaiter.substances.classes import load_classes
from tidewaiter.substances.lawbook import LawBook, load_lawbook
from tidewaiter.substances.questions import Found, Question
from tidewaiter.substances.registry import Registry, load_registry
from tidewaiter.substances.rulings import Compound
from tidewaiter.substances.structure import Entry, StructureError, parse_structure
from tidewaiter.substances.structure.recognising import Recogniser


class Asked(Record, frozen=True, kw_only=True):
    """What is asked of each compound; a worker process rebuilds all else from it."""

    question: Question
    own: tuple[Path, ...] = ()  # folders of an authority's own lists


def assess_compounds(entries: Iterable[Entry], asked: Asked, *, workers: int) -> Iterator[Compound]:
    """Assess structures as they are read.

    Args:
        entries: From `read_structures`.
        asked: The question, and whose lists.
        workers: Processes; 1 assesses in this one.

    Yields:
        One for each entry, in order; memory does not grow with the file.
    """
    yield from in_order(entries, _assess, asked, prepare=_prepare, workers=workers)


@cache
def lawyers_for(own: tuple[Path, ...]) -> tuple[Registry, LawBook, Recogniser]:
    """Load what this process assesses with, once for each set of lists."""
    registry = load_registry(own)
    return registry, load_lawbook(registry), Recogniser(registry, load_classes(own))


def find_structure(text: str, own: tuple[Path, ...], day: date) -> tuple[Found, ...]:
    """Find what lists and classes know of one structure.

    Args:
        text: A SMILES, an InChI, or a systematic name.
        own: Folders of an authority's own lists.
        day: The day whose lists decide what a class leaves to them.

    Raises:
        InputError: It is no structure, or cannot be assessed.
    """
    return lawyers_for(own)[2].find(parse_structure(text), text, day)


def unreadable(entry: Entry, error: StructureError) -> Compound:
    """Say of an entry why there is no answer."""
    return Compound(place=entry.place, id=entry.id, not_assessable=error.message, hint=error.hint)


def _prepare(asked: Asked) -> None:
    lawyers_for(asked.own)


def _assess(share: Share, asked: Asked) -> list[Compound]:
    return [_compound(entry, asked) for entry in share.entries]


def _compound(entry: Entry, asked: Asked) -> Compound:
    registry, book, recogniser = lawyers_for(asked.own)
    try:
        if isinstance(entry.found, StructureError):
            raise entry.found
        name = entry.id or entry.found.text
        found = recogniser.find(entry.found, name, asked.question.day)
    except StructureError as error:
        return unreadable(entry, error)
    answers = tuple(assess(asked.question, registry, book, each) for each in found)
    return Compound(place=entry.place, id=entry.id, answers=answers)
