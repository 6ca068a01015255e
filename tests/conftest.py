"""What many tests need: the registry and the lexicon, loaded once, and single lines read."""

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import settings

from tidewaiter.identify import Identifier, Lexicon, load_lexicon
from tidewaiter.identify.findings import Defect, Finding
from tidewaiter.substances.registry import Registry

SHARED = "TIDEWAITER_SHARED"

# The first call of a compiled function compiles it, so a deadline would fail by chance.
settings.register_profile("tidewaiter", deadline=None)
settings.load_profile("tidewaiter")


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
