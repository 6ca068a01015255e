"""Mutants: small changes of a module, each of which runs in place of what it changes."""

import ast
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tools.mutants import compile_mutant, live_functions, mutants

SOURCE = '''
"""A module."""
from functools import cache

LEAST = 3


@cache
def reaches(number: int, *, least: int = LEAST) -> bool:
    """Tell whether a number is large enough."""
    return number >= least and not number == 7


class Counter:
    @property
    def total(self) -> int:
        total = 0
        for each in (1, 2):
            total += each
        return total


def halves(numbers):
    return [number // 2 for number in numbers if number]
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import the module from a file."""
    path = tmp_path / "small.py"
    path.write_text(SOURCE, encoding="utf-8")
    made = ModuleType("small")
    made.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "small", made)
    exec(compile(SOURCE, str(path), "exec"), made.__dict__)  # noqa: S102
    return made


def test_what_is_changed() -> None:
    """Comparisons, booleans, sums, numbers, conditions, returns and statements of functions."""
    found = {(each.function, each.change) for each in mutants(ast.parse(SOURCE))}
    assert {
        ("reaches", "number >= least  ->  number > least"),
        ("reaches", "number == 7  ->  number != 7"),
        ("reaches", "not number == 7  ->  number == 7"),
        ("reaches", "7  ->  8"),
        ("Counter.total", "total += each  ->  total -= each"),
        ("Counter.total", "total += each  ->  pass"),
        ("Counter.total", "return total  ->  return None"),
        ("halves", "number // 2  ->  number * 2"),
        ("halves", "number  ->  not number"),
    } <= found
    texts = " ".join(change for _, change in found)
    assert "large enough" not in texts
    assert "LEAST" not in texts


def test_a_change_runs_in_place_of_the_code(module: ModuleType) -> None:
    """In functions, cached ones and properties; the tree is afterwards what it was."""
    tree = ast.parse(SOURCE)
    live = live_functions(module)
    assert set(live) == {"reaches", "Counter.total", "halves"}
    before = ast.dump(tree)
    wanted = {
        "number >= least  ->  number > least": lambda: module.reaches(3) is False,
        "total += each  ->  total -= each": lambda: module.Counter().total == -3,
        "number // 2  ->  number * 2": lambda: module.halves([4]) == [8],
    }
    assert (module.reaches(4), module.Counter().total, module.halves([4])) == (True, 3, [2])
    for mutant in mutants(tree):
        if mutant.change in wanted:
            function = live[mutant.function]
            usual = function.__code__
            function.__code__ = compile_mutant(tree, mutant, str(module.__file__))
            assert wanted.pop(mutant.change)()
            function.__code__ = usual
    assert not wanted
    assert ast.dump(tree) == before
