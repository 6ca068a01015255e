"""A file of several thousand lines made from the sample, and its screening settings."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from tidewaiter.base.resources import data
from tidewaiter.bulk.screening import Settings
from tidewaiter.demo.synthetic_trade import MadeTrade, write_made
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import ReadOptions, Refusal

Read = Callable[[], Iterator[pa.RecordBatch | Refusal]]
WriteSample = Callable[[Path, int], Path]


@pytest.fixture(scope="session")
def write_sample() -> WriteSample:
    """Write the lines of the sample several times over."""

    def write(path: Path, times: int) -> Path:
        head, body = data("samples", "manifest.csv").read_bytes().split(b"\n", 1)
        path.write_bytes(head + b"\n" + body * times)
        return path

    return write


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory, write_sample: WriteSample) -> Path:
    """Write a file of 1,724 rows, four of which are refused whole."""
    return write_sample(tmp_path_factory.mktemp("bulk") / "manifest.csv", 4)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Screen with the law of one day."""
    return Settings(day=date(2026, 11, 25), file="manifest.csv", sha256="0" * 64)


@pytest.fixture(scope="session")
def read(manifest: Path) -> Iterator[Read]:
    """Read the file in batches of 100 rows, from its start each time."""
    with manifest.open("rb") as file:

        def again() -> Iterator[pa.RecordBatch | Refusal]:
            file.seek(0)
            return reader_for(manifest.name)(file, manifest.name, ReadOptions(batch_rows=100))

        yield again


@pytest.fixture(scope="session")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a year of trade in which ways of smuggling are planted, split into past and now."""
    folder = tmp_path_factory.mktemp("trade")
    write_made(MadeTrade(3, 6_000), folder)
    return folder
