"""Tests of triggers: every line with a systematic name or a structure is marked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.identify.engine.triggers import find_triggers
from tidewaiter.identify.mentions import column_of

NAMES = [
    "N-phenyl-N-(piperidin-4-yl)propanamide",
    "N-PHENYLPIPERIDIN-4-AMINE",
    "1-phenylpropan-2-one",
    "tert-butyl 4-oxopiperidine-1-carboxylate",
    "methyl 3‐(1,3‐benzodioxol‐5‐yl)‐2‐methyloxirane‐2‐carboxylate",
    "Propanamide, N-phenyl-N-[1-(2-phenylethyl)-4-piperidinyl]-",
    "(4-anilinopiperidine)",
    "2,2-bis(ethylsulfonyl)butane",
]
STRUCTURES = [
    "CC(C)=O",
    "CC(=O)Cc1ccccc1",
    "O=C([O-])Cc1ccccc1.[Na+]",
    "InChI=1S/C3H6O/c1-3(2)4/h1-2H3",
    "CSCPPACGZOOCGX-UHFFFAOYSA-N",
]
ORDINARY = [
    "",
    "20-FT container",
    "UN-1234",
    "A4-size paper, 500 sheets",
    "size 12-14",
    "phone +44-20-7946",
    "e-mail x@example.org",
    "no. 7(b)",
]


def marked(lines: list[str], *, few: bool = False) -> list[int]:
    """Return which lines are marked."""
    column = column_of(lines)
    _, offsets, data = column.buffers()
    text = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return find_triggers(text, np.frombuffer(offsets, np.int64), few=few)


@pytest.mark.parametrize("name", NAMES + STRUCTURES)
@pytest.mark.parametrize("around", ["{}", "40 drums {} 25 kg", "goods: {}, white", "x;{};y"])
def test_a_line_with_a_systematic_name_or_a_structure_is_marked(name: str, around: str) -> None:
    """A line with a systematic name or a structure is marked."""
    assert marked(["steel bolts", around.format(name), "paper"]) == [1]


@pytest.mark.parametrize("line", ORDINARY)
def test_an_ordinary_line_is_not_marked(line: str) -> None:
    """An ordinary line is not marked."""
    assert marked([line]) == []


@given(st.lists(st.text(max_size=40) | st.sampled_from(NAMES + STRUCTURES), max_size=5))
def test_compiled_and_interpreted_marks_are_the_same(lines: list[str]) -> None:
    """Compiled and interpreted marks are the same."""
    lines = [line.encode("utf-8", "replace").decode() for line in lines]
    assert marked(lines) == marked(lines, few=True)


def test_a_sign_at_the_end_of_one_line_does_not_mark_the_next() -> None:
    """A sign at the end of one line does not mark the next."""
    assert marked(["order 2-", "methyl", "InChI", "=x"]) == []


def test_no_lines_mark_nothing() -> None:
    """No lines mark nothing."""
    assert marked([]) == []
