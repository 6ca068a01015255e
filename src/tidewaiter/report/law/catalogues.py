"""The law on each product of a catalogue for each destination, on one core or several."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Literal, NamedTuple

import pyarrow as pa
from msgspec.structs import replace

from tidewaiter.base.records import Record
from tidewaiter.bulk.structures import shares_in_order
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.law.answers import Assessment, Compound, Question, Route
from tidewaiter.law.assessment import Assessor
from tidewaiter.law.class_membership import Members, load_members
from tidewaiter.law.registry import load_registry
from tidewaiter.report.law.answers import CsvAnswers, JsonAnswers, ProductLines
from tidewaiter.trade.company_records import Product, products_of
from tidewaiter.trade.substance_lookup import Namer

_ROWS = 500  # of a share
_ALONE = 4  # shares that this process answers before another one would be ready

Encoding = Literal["records", "lines", ".jsonl", ".csv"]
"""Form of answers: records, JSON lines with row and product, or rows of an answer file."""


class CatalogueJob(Record, frozen=True, kw_only=True):
    """The question about each product; a worker process rebuilds all else from it."""

    question: Question  # its route has no destination; what a row tells takes precedence
    destinations: tuple[str, ...]
    file: str = ""  # name of the file, for the place of an answer
    encoding: Encoding = "records"
    own: tuple[Path, ...] = ()  # folders of the authority's own lists
    street: bool = False

    @property
    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return tuple(replace(self.question.route, destination=each) for each in self.destinations)


class Answered(NamedTuple):
    """The answers on some consecutive products."""

    products: int
    unnamed: int  # products that name no substance
    answers: int
    encoded: bytes  # if they are encoded
    records: list[tuple[Product, Assessment]]  # otherwise


def assess_products(
    batches: Iterable[pa.RecordBatch], job: CatalogueJob, *, workers: int
) -> Iterator[Answered]:
    """Assess the products of a catalogue as they are read.

    Args:
        batches: Batches with the schema `LINES`.
        job: The question.
        workers: Most processes; a small catalogue is answered by this process.

    Yields:
        The answers, in the order of rows, destinations and substances, in constant memory.
    """
    shares = _shares(batches)
    first = list(islice(shares, _ALONE))
    alone = workers == 1 or len(first) < _ALONE
    yield from shares_in_order(
        chain(first, shares), _assess, job, prepare=_prepare, workers=1 if alone else workers
    )


def _shares(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for first in range(0, batch.num_rows, _ROWS):
            yield batch.slice(first, _ROWS)


class _Desk(NamedTuple):
    namer: Namer
    members: Members
    assessor: Assessor


@cache
def _desk(own: tuple[Path, ...], *, street: bool) -> _Desk:
    """Load this process's data, by set of lists."""
    registry = load_registry(own)
    namer = Namer(registry, lambda: Identifier(load_lexicon(own, street=street)))
    return _Desk(namer, load_members(registry), Assessor(registry, registry.book))


def _prepare(job: CatalogueJob) -> None:
    _desk(job.own, street=job.street).namer.find("a")  # loads the lexicon


def _assess(batch: pa.RecordBatch, job: CatalogueJob) -> Answered:
    """Assess the products of a share."""
    desk = _desk(job.own, street=job.street)
    products = list(products_of(batch, desk.namer))
    answers = ((each, answer) for each in products for answer in _answers(each, job, desk))
    file, records = BytesIO(), list[tuple[Product, Assessment]]()
    count = 0
    add = records.append if job.encoding == "records" else _writer(job, file)
    for count, pair in enumerate(answers, 1):  # noqa: B007 - the count is read after the loop
        add(pair)
    unnamed = sum(not each.found for each in products)
    return Answered(len(products), unnamed, count, file.getvalue(), records)


def _answers(product: Product, job: CatalogueJob, desk: _Desk) -> Iterator[Assessment]:
    """Yield the answers on a product, by destination and substance."""
    day = job.question.day
    found = [desk.members.judge(each, day) for each in product.found]
    asked = replace(job.question, **_told(product))
    for route in job.routes if found else ():
        question = replace(asked, route=route)
        yield from (desk.assessor.assess(question, each) for each in found)


def _told(product: Product) -> dict[str, object]:
    """Return what a row adds to the question."""
    told = {
        "percent": product.percent,
        "percent_at_least": product.percent_at_least or None,
        "mass_mg": product.mass_mg,
        "volume_ul": product.volume_ul,
    }
    return {name: value for name, value in told.items() if value is not None}


def _writer(job: CatalogueJob, file: BytesIO) -> Callable[[tuple[Product, Assessment]], None]:
    """Return what encodes an answer."""
    if job.encoding == "lines":
        lines = ProductLines(file)
        return lambda pair: lines.add(pair[0].row, pair[0].text, pair[1])
    writer = JsonAnswers(file) if job.encoding == ".jsonl" else CsvAnswers(file, header=False)
    return lambda pair: writer.add(compound_of(*pair, job.file))


def compound_of(product: Product, answer: Assessment, file: str) -> Compound:
    """Return an answer on a product as a record of an answer file."""
    return Compound(place=f"{file}, row {product.row}", id=product.text, answers=(answer,))
