"""What many tests need: the registry and the lexicon, single lines read, empty databases."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, make_url, text
from tests.databases import Prepared, own_database

from tidewaiter.identify import Identifier, Lexicon, load_lexicon
from tidewaiter.identify.findings import Defect, Finding
from tidewaiter.law.registry import Registry
from tidewaiter.store.core.database import Database, open_database

TESTS = Path(__file__).resolve().parent
SHARED = "TIDEWAITER_SHARED"

# Files that take minutes, the longest first: begun last, one would run on when all others are done.
LONG = (
    "bulk/test_kills.py",
    "bulk/test_stops.py",
    "uploads/test_kills.py",
    "test_docs.py",
    "courier/test_programme.py",
    "web/test_openapi.py",
    "courier/test_machines.py",
    "rescreen/test_property.py",
    "web/test_pages.py",
    "scenario/test_coalition.py",
    "bulk/test_alone.py",
    "test_together.py",
    "courier/test_hostile_peers.py",
)

# The first call of a compiled function compiles it, so a deadline would fail by chance.
settings.register_profile("tidewaiter", deadline=None)
settings.load_profile("tidewaiter")


@pytest.hookimpl(trylast=True)  # after those who shuffle
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes; several processes then end at about the same time."""
    order = {TESTS / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda each: order.get(each.path, len(order)))


@pytest.fixture(scope="session", autouse=True)
def _no_lists_of_ones_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the lists and releases of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEWAITER_LISTS", str(tmp_path_factory.mktemp("lists")))
        patch.setenv("TIDEWAITER_RELEASES", str(tmp_path_factory.mktemp("releases")))
        yield


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """Load the lexicon that travels with the package."""
    return load_lexicon()


@pytest.fixture(scope="session")
def registry(lexicon: Lexicon) -> Registry:
    """Return the registry that travels with the package."""
    return lexicon.registry


@pytest.fixture(scope="session")
def findings(lexicon: Lexicon) -> Callable[[str], list[Finding]]:
    """Find the mentions of one line."""
    identifier = Identifier(lexicon)
    return lambda text: identifier.find(pa.array([text], pa.string()))[0]


@pytest.fixture(scope="session")
def defects(lexicon: Lexicon) -> Callable[[str], list[Defect]]:
    """Find the defects of one line."""
    identifier = Identifier(lexicon)
    return lambda text: identifier.find(pa.array([text], pa.string()))[1]


@pytest.fixture(scope="session")
def slug(registry: Registry) -> Callable[[Finding], str]:
    """Name the substance of a finding."""
    return lambda finding: registry.substances[finding.substance].slug


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of evaluation data, which is not part of the checkout."""
    folder = Path(os.environ.get(SHARED, Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        pytest.skip(
            f"no evaluation data: {SHARED} names no folder, and none is beside the checkout"
        )
    return folder


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Keep empty databases of each kind, to be copied or handed on."""
    with ExitStack() as stack:
        yield Prepared(tmp_path_factory.mktemp("prepared"), stack)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Name each kind of database."""
    return str(request.param)


@pytest.fixture
def blank(dialect: str, tmp_path: Path) -> Iterator[str]:
    """Name a database of each kind in which there is nothing yet, on the server in a schema."""
    if dialect == "sqlite":
        yield str(tmp_path / "tidewaiter.db")
        return
    schema = f"test_{uuid.uuid4().hex}"
    with own_database() as own:
        engine = create_engine(own)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        engine.dispose()
        inside = make_url(own).update_query_dict({"options": f"-csearch_path={schema}"})
        yield inside.render_as_string(hide_password=False)


@pytest.fixture
def url(dialect: str, tmp_path: Path, prepared: Prepared) -> Iterator[str]:
    """Name an empty database of each kind, at the newest revision."""
    if dialect == "sqlite":
        yield prepared.copy(tmp_path / "tidewaiter.db")
        return
    with prepared.lend() as lent:
        yield lent


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Open an empty database of each kind."""
    with open_database(url) as opened:
        yield opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start a headless Chromium; one for all tests, as two of its drivers do not get on."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()
