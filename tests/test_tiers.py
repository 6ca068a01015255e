"""The tiers: what is quick, what takes minutes, and what the quick tests do without."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests import tiers

TESTS = Path(__file__).parent
_COLLECT = """
import sys
import pytest
code = pytest.main(["-q", "-m", "unit", "--collect-only", "-p", "no:cacheprovider", sys.argv[1]])
heavy = {"playwright", "sqlalchemy", "litestar", "granian"}
print(int(code), sorted(heavy & sys.modules.keys()))
"""


def test_every_place_of_a_tier_is_there() -> None:
    """A file that was moved is moved in the table, too."""
    for path in (*tiers.LONG, *tiers.NOT_UNIT):
        assert (TESTS / path).is_file(), path
    for start in tiers.UNIT:
        assert list(TESTS.glob(f"{start}*")), start


@pytest.mark.parametrize(
    ("path", "fixtures", "tier"),
    [
        ("casework/test_decisions.py", (), "unit"),
        ("casework/test_decisions.py", ("database",), ""),
        ("casework/test_decisions.py", ("browser",), "long"),
        (tiers.NOT_UNIT[0], (), ""),
        ("law/structure/test_keys.py", (), ""),
        ("web/core/test_security.py", (), ""),
        (tiers.LONG[0], (), "long"),
    ],
)
def test_the_tier_of_a_test(path: str, fixtures: tuple[str, ...], tier: str) -> None:
    """By its file and by what it asks for."""
    assert tiers.tier_of(path, fixtures) == tier


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        (".", set()),
        ("casework", set()),
        ("web", {"unit"}),
        ("law/structure", {"unit"}),
        ("casework/test_decisions.py", set()),
        ("web/core/test_security.py", {"unit"}),
        (tiers.LONG[0], {"unit", "not long"}),
    ],
)
def test_what_need_not_be_imported(path: str, left_out: set[str]) -> None:
    """Of a tier only its files and folders are; without a tier, all are."""
    asked = {"unit", "not long", "long", "", "postgresql"}
    assert {each for each in asked if tiers.is_left_out(path, each)} == left_out


def test_the_quick_tests_load_no_browser_and_no_database() -> None:
    """Nor a server or a compiler: they start in a few seconds."""
    command = [sys.executable, "-c", _COLLECT, "tests/casework"]
    done = subprocess.run(
        command, cwd=TESTS.parent, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.stdout.splitlines()[-1] == "0 []", done.stdout + done.stderr
