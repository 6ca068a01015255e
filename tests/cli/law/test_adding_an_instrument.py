"""The page on adding an instrument, followed step by step: its files load, and its answers hold."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tidewaiter.law.registry import load_registry
from tidewaiter.trade.rules.alert_rules import load_alert_rules

TEXT = (Path(__file__).parents[3] / "docs/contributing/add-an-instrument.md").read_text("utf-8")
_FILE = re.compile(r"`([a-z]+\.toml)`(?:(?!```).)*?```toml\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"^\$ tidewaiter (law .*)$", re.MULTILINE)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the files of the page as an authority's own, which are read as ours are."""
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "own" / "regimes" / "xx-precursors"
    folder.mkdir(parents=True)
    steps = TEXT[TEXT.index("## 1.") :]
    for name, text in _FILE.findall(steps):
        (folder / name).write_text(text, encoding="utf-8")
    return tmp_path / "own"


def test_the_files_of_the_page_make_an_instrument(own: Path) -> None:
    """Each file that the page shows is read, its rows are controls, its schedules have grades."""
    registry = load_registry((own,))
    held = {
        substance.slug: [c.schedule for c in substance.controls if c.regime == "xx-precursors"]
        for substance in registry.substances
    }
    assert {slug: named for slug, named in held.items() if named} == {
        "acetone": ["List B"],
        "ephedrine": ["List A"],
        "toluene": ["List B"],
    }
    regime, book = registry.regimes["xx-precursors"], registry.book
    weights = [load_alert_rules().weight(schedule, regime)[0] for schedule in ("List A", "List B")]
    assert weights == [45, 10]
    assert len(book.limits("xx-precursors")) == len(book.route("xx-precursors").demands) == 1
    assert [p.regime for p in book.proposals if "piperidine" in p.substances][-1] == regime.slug


def test_the_questions_of_the_page_have_its_answers(own: Path, call: Callable[..., Result]) -> None:
    """The commands run as printed; drafts and ended controls are also distinguished."""
    further = [f"law {slug} --in XX --day 2026-11-25" for slug in ("piperidine", "toluene")]
    answers = []
    for command in (*_COMMAND.findall(TEXT), *further):
        result = call(*shlex.split(command), "--own", str(own), "--json")
        (ruling,) = json.loads(result.stdout)["rulings"]
        answers.append((ruling["answer"], [duty["clause"] for duty in ruling["duties"]]))
    assert answers == [
        ("controlled", ["article 9"]),
        ("free by amount", []),
        ("proposed", []),
        ("not listed", []),
    ]
