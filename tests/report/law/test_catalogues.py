"""Catalogues in shares: one process and several return the same bytes, in order."""

import io
from datetime import date
from typing import get_args

import msgspec
import pyarrow as pa
import pytest

from tidewaiter.law.answers import Question, Route
from tidewaiter.report.law import catalogues
from tidewaiter.report.law.catalogues import CatalogueJob, Encoding, assess_products
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import ReadOptions

GOODS = ("Acetone 95 %", "chairs", "4-piperidone, 5 kg", "Ephedrine hydrochloride", "toluene")
JOB = CatalogueJob(
    question=Question(day=date(2026, 11, 25), route=Route(origin="DE")),
    destinations=("US", "CO", "MX"),
    file="c.csv",
)


def _batches(rows: int) -> list[pa.RecordBatch]:
    lines = "".join(f"{GOODS[row % len(GOODS)]}\n" for row in range(rows))
    file = io.BytesIO(f"goods\n{lines}".encode())
    found = reader_for("c.csv")(file, "c.csv", ReadOptions())
    return [each for each in found if isinstance(each, pa.RecordBatch)]


@pytest.mark.parametrize("encoding", get_args(Encoding))
def test_each_form_has_the_same_answers(encoding: Encoding) -> None:
    """Products are counted with those that name nothing; answers are by product and country."""
    job = msgspec.structs.replace(JOB, encoding=encoding)
    (share,) = assess_products(_batches(5), job, workers=1)
    assert (share.products, share.unnamed, share.answers) == (5, 1, 12)
    if encoding == "records":
        told = [(product.row, answer.route.destination) for product, answer in share.records]
        assert told == [(row, to) for row in (1, 3, 4, 5) for to in JOB.destinations]
        assert share.encoded == b""
        return
    assert not share.records
    rows = share.encoded.splitlines()
    assert len(rows) == 12 if encoding != ".csv" else len(rows) > 12


def test_processes_return_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of many shares goes to other processes, and comes back in order."""
    monkeypatch.setattr(catalogues, "_ROWS", 3)
    job = msgspec.structs.replace(JOB, encoding=".csv")
    one, two = (list(assess_products(_batches(14), job, workers=n)) for n in (1, 2))
    assert len(one) == 5
    assert one == two
