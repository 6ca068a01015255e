"""Lists of made-up parties, and real ones where the evaluation data are."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tidewaiter.base.archives import ListFile
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.readers.entries import EntryRefusal, ListHeader
from tidewaiter.parties.types import ListedParty

Read = tuple[ListHeader, list[ListedParty], list[EntryRefusal]]


def read_all(files: Sequence[ListFile]) -> Read:
    """Read files by the format that they are found to have."""
    items = list(list_readers()[find_format(files)](files))
    header = next(item for item in items if isinstance(item, ListHeader))
    parties = [item for item in items if isinstance(item, ListedParty)]
    return header, parties, [item for item in items if isinstance(item, EntryRefusal)]


@pytest.fixture(scope="session")
def made_up() -> Callable[[str], ListFile]:
    """Return a file of made-up parties by its name."""
    folder = Path(__file__).parents[1] / "data" / "parties"
    return lambda name: ListFile(name=name, content=(folder / name).read_bytes())


@pytest.fixture(scope="session")
def read_made_up(made_up: Callable[[str], ListFile]) -> Callable[[str], Read]:
    """Read a file of made-up parties."""
    return lambda name: read_all([made_up(name)])


@pytest.fixture(scope="session")
def read_real(shared: Path) -> Callable[..., Read]:
    """Read real lists by the paths of their files."""
    folder = shared / "data" / "parties" / "lists"

    def read(*names: str) -> Read:
        paths = [folder / name for name in names]
        if not all(path.is_file() for path in paths):
            pytest.skip(f"no such list among the evaluation data: {', '.join(names)}")
        return read_all([ListFile(name=p.name, content=p.read_bytes()) for p in paths])

    return read


@pytest.fixture(scope="session")
def read() -> Callable[..., Read]:
    """Read contents by the names of their files."""

    def reader(**contents: str | bytes) -> Read:
        files = [
            ListFile(
                name=name.replace("_", ".", 1),
                content=text.encode() if isinstance(text, str) else text,
            )
            for name, text in contents.items()
        ]
        return read_all(files)

    return reader
