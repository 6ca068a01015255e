"""The law on each structure of a file, on one core or several, and a sheet for each."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from tidewaiter import __version__
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.bulk.processes import processes
from tidewaiter.law.answers import Assessment, ClassHold, Compound, Found, Question
from tidewaiter.law.assessment import assess
from tidewaiter.law.registry import Registry, editions, load_registry
from tidewaiter.law.rules import LawBook
from tidewaiter.law.structure import Entry, Structure, StructureError, parse_structure
from tidewaiter.law.structure.drawing import portray
from tidewaiter.law.structure.recognition import Recogniser
from tidewaiter.report.law.sheets import (
    Imprint,
    Lexis,
    Sheet,
    Subject,
    lexis_of,
    render_sheet,
)

S = TypeVar("S")
T = TypeVar("T")

_SIZE = 64  # compounds that a worker takes at a time
_AHEAD = 3  # shares under way per worker


class Share(NamedTuple):
    """Some entries of a file, one after the other."""

    first: int  # number of the first in the file, from 1
    entries: Sequence[Entry]


def in_order(
    entries: Iterable[Entry],
    work: Callable[[Share, S], list[T]],
    settings: S,
    *,
    prepare: Callable[[S], object],
    workers: int,
) -> Iterator[T]:
    """Work on entries as they are read; memory does not grow with the file.

    Args:
        entries: From `read_structures`.
        work: A function of a module: from a share and the settings to one result an entry.
        settings: What it is called with.
        prepare: A function of a module, called first in each process with the settings.
        workers: Processes; 1 works in this one.

    Yields:
        One for each entry, in order.
    """
    shares = _shares(iter(entries))
    if workers == 1:
        for share in shares:
            yield from work(share, settings)
        return
    with processes(workers, prepare, settings) as pool:
        under_way: deque[Future[list[T]]] = deque()
        for share in shares:
            under_way.append(pool.submit(work, share, settings))
            if len(under_way) >= workers * _AHEAD:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()


def _shares(entries: Iterator[Entry]) -> Iterator[Share]:
    first = 1
    while share := list(islice(entries, _SIZE)):
        yield Share(first, share)
        first += len(share)


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
    yield from in_order(entries, _assess, asked, prepare=_prepare_compounds, workers=workers)


@cache
def lawyers_for(own: tuple[Path, ...]) -> tuple[Registry, LawBook, Recogniser]:
    """Load what this process assesses with, once for each set of lists."""
    registry = load_registry(own)
    return registry, registry.book, Recogniser(registry, registry.classes)


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


def _prepare_compounds(asked: Asked) -> None:
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


class Printing(Record, frozen=True, kw_only=True):
    """What is printed of each compound; a worker process rebuilds all else from it."""

    imprint: Imprint
    own: tuple[Path, ...] = ()  # folders of an authority's own lists


class Page(NamedTuple):
    """A compound and its sheet."""

    compound: Compound
    html: str


def printing_of(
    question: Question, own: tuple[Path, ...], printed: date, file: str = ""
) -> Printing:
    """Return what is printed on each sheet of a run.

    Args:
        question: What is asked.
        own: Folders of an authority's own lists.
        printed: The day of printing.
        file: That the sheets are of; "": one sheet alone.
    """
    imprint = Imprint(
        question=question,
        printed=printed,
        version=__version__,
        editions=editions(lawyers_for(own)[0], own),
        file=file,
    )
    return Printing(imprint=imprint, own=own)


def press_sheets(entries: Iterable[Entry], printing: Printing, *, workers: int) -> Iterator[Page]:
    """Assess structures as they are read, and print a sheet for each.

    Args:
        entries: From `read_structures`.
        printing: What is asked, and whose lists.
        workers: Processes; 1 works in this one.

    Yields:
        One for each entry, in order; memory does not grow with the file.
    """
    yield from in_order(entries, _press, printing, prepare=_prepare_sheets, workers=workers)


def press_structure(entry: Entry, printing: Printing) -> Page:
    """Print the sheet of one structure, or of why it is not assessable."""
    return press_sheet(_sheet(entry, printing), printing)


def press_sheet(sheet: Sheet, printing: Printing) -> Page:
    """Print a sheet."""
    html = render_sheet(sheet, printing.imprint, lexis_for(printing.own))
    return Page(sheet.compound, html)


def sheet_of(text: str, found: tuple[Found, ...] | InputError, printing: Printing) -> Sheet:
    """Return the sheet of one text, or of why it is not assessable.

    Args:
        text: What was asked about.
        found: What it was found to be, or why it was not.
        printing: What is asked, and whose lists.
    """
    if isinstance(found, InputError):
        error = StructureError(found.message, at=found.at, hint=found.hint)
        return _sheet(Entry("", text, error), printing)
    if any(each.match == "name" for each in found):
        subjects = tuple(_named(each, printing) for each in found)
        compound = Compound(place="", id="", answers=tuple(each.answer for each in subjects))
        return Sheet(compound=compound, subjects=subjects)
    return _sheet(Entry("", "", parse_structure(text)), printing)


def smiles_of(found: Found) -> str | None:
    """Return the structure of what was found by its name: of its form, or else of the substance."""
    form = found.form.smiles if found.form else None
    return form or (found.substance.smiles if found.substance else None)


def _prepare_sheets(printing: Printing) -> None:
    lawyers_for(printing.own)
    lexis_for(printing.own)


def _press(share: Share, printing: Printing) -> list[Page]:
    return [press_structure(entry, printing) for entry in share.entries]


@cache
def lexis_for(own: tuple[Path, ...]) -> Lexis:
    """Return the words for the slugs of answers, made once for each set of lists."""
    return lexis_of(lawyers_for(own)[0], lawyers_for(own)[0].classes)


def _sheet(entry: Entry, printing: Printing) -> Sheet:
    if isinstance(entry.found, StructureError):
        return Sheet(compound=unreadable(entry, entry.found))
    question, structure = printing.imprint.question, entry.found
    name = entry.id or structure.text
    try:
        parts = lawyers_for(printing.own)[2].find_parts(structure, name, question.day)
    except StructureError as error:
        return Sheet(compound=unreadable(entry, error), whole=portray(structure))
    subjects = tuple(
        _subject(part, each, question, printing.own) for part, found in parts for each in found
    )
    answers = tuple(each.answer for each in subjects)
    return Sheet(
        compound=Compound(place=entry.place, id=entry.id, answers=answers),
        subjects=subjects,
        whole=portray(structure) if len(parts) > 1 else None,
    )


def _subject(part: Structure, found: Found, question: Question, own: tuple[Path, ...]) -> Subject:
    registry, book, _ = lawyers_for(own)
    answer = assess(question, registry, book, found)
    holds = [hold for hold in found.classes if _holds(hold, answer)]
    return Subject(answer=answer, cas=_cas(found), portrait=portray(part, holds))


def _named(found: Found, printing: Printing) -> Subject:
    registry, book, _ = lawyers_for(printing.own)
    answer = assess(printing.imprint.question, registry, book, found)
    holds = [hold for hold in found.classes if _holds(hold, answer)]
    smiles = smiles_of(found)
    portrait = portray(parse_structure(smiles, "smiles"), holds) if smiles else None
    return Subject(answer=answer, cas=_cas(found), portrait=portrait)


def _holds(hold: ClassHold, answer: Assessment) -> bool:
    """Tell whether a class is in force or published by an answer; only then it is drawn."""
    schedule = f"class {hold.rule}"
    return any(
        listing.schedule == schedule
        for ruling in answer.rulings
        if ruling.regime == hold.regime
        for listing in (*ruling.held, *ruling.proposed)
    )


def _cas(found: Found) -> str | None:
    """Return the number of the form that was named, or else of the substance."""
    if found.form:
        return found.form.cas
    return next(iter(found.substance.cas), None) if found.substance else None
