"""Printing of a sheet for each structure of a file, on one or several cores."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tidewaiter import __version__
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.bulk.structures import Share, assessor_for, in_order, lawyers_for, unreadable
from tidewaiter.law.answers import Assessment, ClassHold, Compound, Found, Question
from tidewaiter.law.registry import editions
from tidewaiter.law.structure import Entry, Structure, StructureError, parse_structure
from tidewaiter.law.structure.drawing import portray
from tidewaiter.report.law.sheets import Imprint, Lexis, Sheet, Subject, lexis_of, render_sheet


class Printing(Record, frozen=True, kw_only=True):
    """Settings for all sheets; a worker process rebuilds everything else from them."""

    imprint: Imprint
    own: tuple[Path, ...] = ()  # folders of the authority's own lists


class Page(NamedTuple):
    """A compound and its sheet."""

    compound: Compound
    html: str


def printing_of(
    question: Question,
    own: tuple[Path, ...],
    printed: date,
    file: str = "",
    *,
    spoken: str = "en",
) -> Printing:
    """Return the settings for the sheets of a run.

    Args:
        question: The legal question.
        own: Folders of the authority's own lists.
        printed: The day of printing.
        file: Name of the input file; "": a single sheet.
        spoken: The language of the sheets.
    """
    imprint = Imprint(
        question=question,
        printed=printed,
        version=__version__,
        editions=editions(lawyers_for(own)[0], own),
        file=file,
        spoken=spoken,
    )
    return Printing(imprint=imprint, own=own)


def press_sheets(entries: Iterable[Entry], printing: Printing, *, workers: int) -> Iterator[Page]:
    """Assess structures as they are read, and print a sheet for each.

    Args:
        entries: Result of `read_structures`.
        printing: Settings for the sheets.
        workers: Number of processes; 1 uses the current one.

    Yields:
        One page per entry, in order, in constant memory.
    """
    yield from in_order(entries, _press, printing, prepare=_prepare_sheets, workers=workers)


def press_structure(entry: Entry, printing: Printing) -> Page:
    """Print the sheet of one structure, or of the reason it is not assessable."""
    return press_sheet(_sheet(entry, printing), printing)


def press_sheet(sheet: Sheet, printing: Printing) -> Page:
    """Print a sheet."""
    html = render_sheet(sheet, printing.imprint, lexis_for(printing.own))
    return Page(sheet.compound, html)


def sheet_of(text: str, found: tuple[Found, ...] | InputError, printing: Printing) -> Sheet:
    """Return the sheet of one text, or of the reason it is not assessable.

    Args:
        text: The text that was looked up.
        found: Its matches, or the error.
        printing: Settings for the sheets.
    """
    if isinstance(found, InputError):
        error = StructureError.like(found, at=found.at)
        return _sheet(Entry("", text, error), printing)
    if any(each.match == "name" for each in found):
        subjects = tuple(_named(each, printing) for each in found)
        compound = Compound(place="", id="", answers=tuple(each.answer for each in subjects))
        return Sheet(compound=compound, subjects=subjects)
    return _sheet(Entry("", "", parse_structure(text)), printing)


def smiles_of(found: Found) -> str | None:
    """Return the structure of a match by name: that of its form, or else of the substance."""
    form = found.form.smiles if found.form else None
    return form or (found.substance.smiles if found.substance else None)


def _prepare_sheets(printing: Printing) -> None:
    lawyers_for(printing.own)
    lexis_for(printing.own)


def _press(share: Share, printing: Printing) -> list[Page]:
    return [press_structure(entry, printing) for entry in share.entries]


@cache
def lexis_for(own: tuple[Path, ...]) -> Lexis:
    """Return the display names for slugs in answers; cached per set of lists."""
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
    answer = assessor_for(own).assess(question, found)
    holds = [hold for hold in found.classes if _holds(hold, answer)]
    return Subject(answer=answer, cas=_cas(found), portrait=portray(part, holds))


def _named(found: Found, printing: Printing) -> Subject:
    answer = assessor_for(printing.own).assess(printing.imprint.question, found)
    holds = [hold for hold in found.classes if _holds(hold, answer)]
    smiles = smiles_of(found)
    portrait = portray(parse_structure(smiles, "smiles"), holds) if smiles else None
    return Subject(answer=answer, cas=_cas(found), portrait=portrait)


def _holds(hold: ClassHold, answer: Assessment) -> bool:
    """Return whether an answer has a class in force or published; only those are drawn."""
    schedule = f"class {hold.rule}"
    return any(
        listing.schedule == schedule
        for ruling in answer.rulings
        if ruling.regime == hold.regime
        for listing in (*ruling.held, *ruling.proposed)
    )


def _cas(found: Found) -> str | None:
    """Return the CAS number of the form that was named, or else of the substance."""
    if found.form:
        return found.form.cas
    return next(iter(found.substance.cas), None) if found.substance else None
