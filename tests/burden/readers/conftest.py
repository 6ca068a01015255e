"""A true release, and releases that are made of it."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data" / "burden"
Records = list[dict[str, str]]


def write(records: Records, delimiter: str = ",", titles: Sequence[str] = ()) -> bytes:
    """Write records as delimited text, in the order of some titles."""
    file = io.StringIO(newline="")
    names = titles or list(records[0])
    writer = csv.DictWriter(file, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return file.getvalue().encode()


@pytest.fixture(scope="session")
def written() -> Callable[..., bytes]:
    """Return the function that writes records as delimited text."""
    return write


@pytest.fixture(scope="session")
def true_bytes() -> bytes:
    """Return three months of the release of April 2019: tests/data/burden/vsrr-2019-04.md."""
    return (DATA / "vsrr-2019-04.csv").read_bytes()


@pytest.fixture
def records(true_bytes: bytes) -> Records:
    """Return its rows, to be changed."""
    return list(csv.DictReader(io.StringIO(true_bytes.decode())))


@pytest.fixture(scope="session")
def as_json() -> Callable[[Records], bytes]:
    """Return the function that writes records like the API: lower_snake, without blanks."""
    return lambda records: json.dumps(
        [
            {key.lower().replace(" ", "_"): value for key, value in record.items() if value}
            for record in records
        ]
    ).encode()
