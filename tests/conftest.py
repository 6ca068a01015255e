"""What many tests need: the registry and the lexicon, single lines read; and the three tiers.

A test of the tier `unit` may use nothing but what stands here, so that those tests start in a
second: databases and the browser come from `support`, for all others.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import settings
from tests import tiers

from tidewaiter.identify import Identifier, Lexicon, load_lexicon
from tidewaiter.identify.findings import Defect, Finding
from tidewaiter.law.registry import Registry
from tidewaiter.native import library

TESTS = Path(__file__).resolve().parent
SHARED = "TIDEWAITER_SHARED"

# The first call in a process loads tables and libraries, so a deadline would fail by chance.
settings.register_profile("tidewaiter", deadline=None)
settings.load_profile("tidewaiter")


class Quick:
    """Refuses processes, servers and databases to the tests of the tier `unit`."""

    def __init__(self) -> None:
        self._runs = False
        sys.addaudithook(self._refuse)

    def _refuse(self, event: str, _: tuple[object, ...]) -> None:
        if self._runs and event in tiers.REFUSED:
            msg = f"a test of the tier unit does this: {event}; see tests/tiers.py"
            raise RuntimeError(msg)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Watch while the test itself runs."""
        self._runs = "unit" in item.keywords
        try:
            return (yield)
        finally:
            self._runs = False


def pytest_sessionstart() -> None:
    """Refuse to test C functions that are not those of the sources."""
    if not library.is_current():
        told = "the C functions are not those of their sources: python -m tidewaiter.native.library"
        pytest.exit(told, returncode=pytest.ExitCode.USAGE_ERROR)


def pytest_configure(config: pytest.Config) -> None:
    """Import what all but the quick tests need, which takes seconds."""
    config.pluginmanager.register(Quick())
    if config.option.markexpr != "unit":
        for name in ("databases", "browsers", "peers"):
            config.pluginmanager.register(import_module(f"tests.support.{name}"), name)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file that has no test of the tier asked for."""
    if not collection_path.is_relative_to(TESTS):
        return None
    place = collection_path.relative_to(TESTS).as_posix()
    return True if tiers.is_left_out(place, config.option.markexpr) else None


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test with its tier."""
    fixtures = getattr(item, "fixturenames", ())
    tier = tiers.tier_of(item.path.relative_to(TESTS).as_posix(), fixtures)
    if tier:
        item.add_marker(tier)


@pytest.hookimpl(trylast=True)  # after those who shuffle
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes; several processes then end at about the same time."""
    order = {TESTS / name: number for number, name in enumerate(tiers.LONG)}
    items.sort(key=lambda each: order.get(each.path, len(order)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tiers failed."""
    bad = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
    failed = Counter(
        next((tier for tier in ("unit", "long") if tier in report.keywords), "middle")
        for report in bad
        if isinstance(report, pytest.TestReport)  # a file that cannot be collected has no tier
    )
    for tier, number in sorted(failed.items()):
        terminalreporter.write_line(f"{number} failed in the tier {tier}: {tiers.TARGETS[tier]}")


@pytest.fixture(scope="session", autouse=True)
def _no_lists_of_ones_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Isolate the tests from the lists and releases of the user who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEWAITER_LISTS", str(tmp_path_factory.mktemp("lists")))
        patch.setenv("TIDEWAITER_LAW", str(tmp_path_factory.mktemp("law")))
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
