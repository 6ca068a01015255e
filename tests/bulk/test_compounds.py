"""The law on each structure of a file, in the file's order, whatever the file holds."""

from datetime import date
from pathlib import Path

import pytest

from tidewaiter.bulk.structures import Asked, assess_compounds
from tidewaiter.law.answers import Compound, Question
from tidewaiter.law.registry import load_registry
from tidewaiter.law.structure import read_structures

ASKED = Asked(question=Question(day=date(2026, 11, 25), jurisdictions=("US", "UN")))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of all structures of the registry, and a bad one after each tenth."""
    path = tmp_path / "compounds.smi"
    lines = []
    for number, each in enumerate(s for s in load_registry().substances if s.smiles):
        lines.append(f"{each.smiles} {each.slug}")
        if number % 10 == 0:
            lines.append(f"C1CC( bad-{number}")
    path.write_text("\n".join(lines[:200]) + "\n", "utf-8")
    return path


def _all(file: Path, workers: int) -> list[Compound]:
    return list(assess_compounds(read_structures(file), ASKED, workers=workers))


def test_every_record_is_answered_in_its_place(file: Path) -> None:
    """Unreadable records are reported with their place; unlisted names are matched by structure."""
    found = _all(file, 1)
    lines = file.read_text("utf-8").splitlines()
    assert [each.id for each in found] == [line.split()[1] for line in lines]
    for each, number in zip(found, range(1, len(lines) + 1), strict=True):
        assert each.place.endswith(f"line {number}")
        assert bool(each.not_assessable) is each.id.startswith("bad-")
        assert bool(each.answers) is not each.id.startswith("bad-")
    named = [each for each in found if each.answers]
    assert all(each.id in {answer.substance for answer in each.answers} for each in named)


def test_processes_answer_as_one_does(file: Path) -> None:
    """Two workers give what one gives, in the same order."""
    assert _all(file, 2) == _all(file, 1)
