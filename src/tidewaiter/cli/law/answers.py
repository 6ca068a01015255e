"""Answers of `tidewaiter law`: tables, JSON lines, files, and checks of a firm's documents."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from msgspec.structs import asdict
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_apart, replacing, writing
from tidewaiter.base.phrases import english, english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.counts import how_many
from tidewaiter.explain.words import (
    answer_in_words,
    duty_in_words,
    mark_in_words,
    roles_in_words,
    since_in_words,
)
from tidewaiter.law.answers import (
    Assessment,
    Dealing,
    Listing,
    Question,
    Ruling,
)
from tidewaiter.law.registry import Registry
from tidewaiter.report.law.answers import (
    AnswerWriter,
    JsonAnswers,
    answer_writer,
    check_format,
)
from tidewaiter.report.law.rulings import law_in_words
from tidewaiter.report.law.short_answer import (
    AgeView,
    ShortAnswer,
    age_views,
    in_order,
    short_answer,
)
from tidewaiter.trade.company_records import Papers
from tidewaiter.trade.substance_lookup import Namer
from tidewaiter.trade.types import ReadOptions, Refusal

_STYLES = {
    "controlled": "bold red",
    "not assessable": "bold yellow",
    "proposed": "yellow",
    "free by amount": "cyan",
    "not listed": "dim",
    "free": "cyan",
    "do": "bold",
    "check": "yellow",
    "open": "bold yellow",
}
"""Styles of the answers, and of the lines of a short answer that have another name."""

_LABEL = 20  # columns; a longer label is wrapped
_LAST = (
    "Not legal advice and not a licence. Only the legal instruments loaded here were checked. "
    "The absence of a control here does not mean that the transaction is permitted."
)


class Answered(Assessment, frozen=True, kw_only=True):
    """An assessment as JSON: with all answers in few lines."""

    short: ShortAnswer


def print_json(assessment: Assessment, question: Question, registry: Registry) -> None:
    """Write an assessment as one line of JSON."""
    short = _short(assessment, question, registry)
    click.echo(english_json(Answered(**asdict(assessment), short=short)))


def print_last() -> None:
    """Print the caveat."""
    Console(highlight=False).print(_LAST, style="dim")


def print_assessment(
    assessment: Assessment, question: Question, registry: Registry, *, whole: bool
) -> None:
    """Print the answers on one substance in few lines, and each instrument's if requested.

    Args:
        assessment: The answers.
        question: What was asked.
        registry: Its legal instruments and class rules.
        whole: Print the answer of each instrument too.
    """
    console = Console(highlight=False)
    short = _short(assessment, question, registry)
    console.print(Text(visible(short.asked), style="bold"))
    lines = Table.grid(padding=(0, 2), expand=True)
    lines.add_column(width=_LABEL)
    lines.add_column(ratio=1, overflow="fold")
    for line in short.lines:
        style = _STYLES.get(line.kind, "")
        text = f"{line.text} ({line.clause})" if line.clause else line.text
        lines.add_row(Text(line.label.upper(), style=style), Text(visible(text), style=style))
    console.print(lines)
    if whole:
        _print_each(console, assessment, registry)
    console.print()


def _print_each(console: Console, assessment: Assessment, registry: Registry) -> None:
    """Print a table with a row for each instrument with a control.

    Instruments without a control share one row for each reason, with a line for each jurisdiction.
    """
    console.print()
    for each in ages_in_words(age_views(assessment.ages, registry.regimes)):
        console.print(Text(visible(f"law as of {each}")))
    table = Table(box=None, header_style="bold", pad_edge=False, expand=True)
    table.add_column("answer", min_width=14)
    table.add_column(
        "legal instrument: reason, requirements, verification", ratio=1, overflow="fold"
    )
    for ruling in in_order(assessment.rulings):
        if ruling.answer != "not listed":
            style = _STYLES[ruling.answer]
            table.add_row(
                Text(answer_in_words(ruling.answer), style=style), _details(ruling, registry)
            )
    for text in _unlisted(assessment.rulings):
        table.add_row(Text(answer_in_words("not listed")), Text(text), style=_STYLES["not listed"])
    console.print(table)
    if assessment.how:
        console.print(Text(visible(f"matched by structure: {assessment.how}")))


def _short(assessment: Assessment, question: Question, registry: Registry) -> ShortAnswer:
    return short_answer(assessment, registry.regimes, registry.rules, question)


def ages_in_words(ages: Iterable[AgeView]) -> Iterator[str]:
    """Yield the ages of instruments: "2026-11-25 (6 days old)", older ones by name."""
    for each in ages:
        days = how_many(each.days, "day")
        laws = f": {'; '.join(each.laws)}" if each.laws else ""
        yield f"{each.as_of} ({days} old){laws}"


def _details(ruling: Ruling, registry: Registry) -> Text:
    """Return the instrument and the basis of its answer, one line each."""
    roles = f" ({roles_in_words(ruling.roles)})" if ruling.roles else ""
    text = Text(f"{law_in_words(ruling, registry.regimes)}{roles}", style="bold")
    for line in (*_why(ruling), *_more(ruling)):
        text.append(f"\n  {line}", style="not bold")
    return text


def _unlisted(rulings: Iterable[Ruling]) -> Iterator[str]:
    """Yield each reason for having no control, with the instruments and what was evaluated."""
    said: dict[str, dict[str, list[str]]] = {}
    for each in rulings:
        if each.answer == "not listed":
            roles = f" ({roles_in_words(each.roles)})" if each.roles else ""
            as_of = f"as of {each.as_of}: " if each.age_days else ""
            places = said.setdefault(f"{as_of}{english(each.reason)}", {})
            places.setdefault(f"{each.jurisdiction}{roles}", []).append(_evaluated(each))
    for reason, places in said.items():
        yield "\n  ".join([reason, *(f"{at}: {'; '.join(laws)}" for at, laws in places.items())])


def _evaluated(ruling: Ruling) -> str:
    """Name an instrument with the first day of our copy and the class rules that were evaluated."""
    since = ruling.covered[0]
    classes = [text.removeprefix(f"{ruling.regime}: ") for text in ruling.versions[1:]]
    said = [f"complete from {since}"] if since else []
    few = len(classes) <= _FEW
    said += [t.removesuffix(" evaluated") for t in classes] if few else [f"{len(classes)} classes"]
    return f"{ruling.regime} ({', '.join(said)})" if said else ruling.regime


def _why(ruling: Ruling) -> Iterator[str]:
    """Yield the reason unless it is repeated below, and each control with its dates and source."""
    reason = english(ruling.reason)
    if ruling.answer != "controlled" and all(reason != each.text for each in ruling.remarks):
        yield reason
    yield from (f"in force: {_listing(each)}" for each in ruling.held)
    yield from (f"published: {_listing(each)}" for each in ruling.proposed)
    yield from (f"ended {each.until}: {_listing(each)}" for each in ruling.ended)


def _listing(listing: Listing) -> str:
    scope = f" ({listing.scope})" if listing.scope else ""
    decided = f", adopted on {listing.decided}" if listing.decided else ""
    marks = {"control": listing.mark, "dates": listing.dates}
    doubts = [f"{what}: {mark_in_words(mark)}" for what, mark in marks.items() if mark != "read"]
    said = f" [{', '.join(doubts)}]" if doubts else ""
    since = since_in_words(listing.since)
    clauses = f": {'; '.join(listing.clauses)}" if listing.clauses else ""
    return f"{listing.schedule}{clauses}{scope}, {since}{decided}; {listing.source}{said}"


def _more(ruling: Ruling) -> Iterator[str]:
    """Yield obligations, thresholds, other rules and doubts, each with clause and source."""
    for duty in ruling.duties:
        yield f"{duty_in_words(duty)}; {duty.clause} [{_cited(duty.source, duty.mark)}]"
    for check in ruling.checks:
        sum_ = english(check.reckoned)
        reckoned = f": {sum_}" if sum_ else ""
        cited = _cited(check.source, check.mark)
        yield f"threshold, {english(check.limit)}{reckoned}; {check.clause} [{cited}]"
    for remark in ruling.remarks:
        yield f"{remark.text}; {remark.clause} [{_cited(remark.source, remark.mark)}]"
    yield from ruling.doubts
    classes = [text for text in ruling.versions if text.endswith(" evaluated")]
    yield from (text for text in ruling.versions if len(classes) <= _FEW or text not in classes)
    if len(classes) > _FEW:
        yield _count_of(classes)


def _count_of(classes: Sequence[str]) -> str:
    return f"{len(classes)} class rules evaluated; --json names them"


def _cited(source: str, mark: str) -> str:
    return source if mark == "read" else f"{source}, {mark_in_words(mark)}"


_FEW = 3  # class rules that are named in one answer
_PAGES = (".html", ".htm")


def check_out(out: Path | None, kept: Mapping[str, Path | None]) -> None:
    """Check, before a long run, that the output can be written.

    Args:
        out: Output file; None: standard output.
        kept: Files that must not be overwritten, by their name in an error.

    Raises:
        InputError: The suffix is not supported, or the output would overwrite a kept file.
        OutputError: The path is a pipe or a device.
    """
    if out is not None:
        check_format(out)
        check_apart({"--out": out}, {name: path for name, path in kept.items() if path})


def check_page(path: Path, kept: Mapping[str, Path | None]) -> None:
    """Check that a page can be written without overwriting any of `kept`.

    Raises:
        InputError: The suffix is not that of a page, or the page would overwrite a kept file.
        OutputError: The path is a pipe or a device.
    """
    if path.suffix.lower() not in _PAGES:
        raise InputError(
            "cli/not-a-page-suffix", suffix=path.suffix, pages=" or ".join(_PAGES), at=str(path)
        )
    check_apart({"--sheet": path}, {name: each for name, each in kept.items() if each})


@contextmanager
def answers_to(out: Path | None) -> Iterator[AnswerWriter]:
    """Open the output: a file that appears once it is complete, or standard output.

    Raises:
        OutputError: The output cannot be written.
    """
    if out is None:
        with writing("standard output"):
            yield JsonAnswers(sys.stdout.buffer)
        return
    with replacing(out, str(os.getpid())) as part, answer_writer(part) as writer:
        yield writer


SHOWN = 20  # refusals that are printed; the file holds all


class History(Record, frozen=True, kw_only=True):
    """The transactions in a file."""

    dealings: tuple[Dealing, ...]
    refused: int


def read_history(path: Path, options: ReadOptions, namer: Namer) -> History:
    """Read a history; print what could not be read to stderr.

    Raises:
        InputError: The file cannot be read, or has a row without a date.
    """
    dealings: list[Dealing] = []
    refused = 0
    if path.stat().st_size == 0:
        return History(dealings=(), refused=0)  # an empty file says that there was nothing
    with path.open("rb") as file:
        for item in Papers(options, namer).dealings(file, path.name):
            if isinstance(item, Refusal):
                refused += 1
                if refused <= SHOWN:
                    show_refusal(item)
            else:
                dealings.append(item)
    if refused:
        click.echo(
            f"{refused} rows or fields of {path.name} rejected: totals may be too low", err=True
        )
    return History(dealings=tuple(dealings), refused=refused)


def show_refusal(refusal: Refusal) -> None:
    """Print a rejection to stderr as one line."""
    where = f"row {refusal.row}" + (f", column {refusal.column}" if refusal.column else "")
    click.echo(visible(f"{where}: {refusal.problem}; {refusal.hint}"), err=True)
