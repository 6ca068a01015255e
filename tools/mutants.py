"""Mutation testing: change a module in small ways, one at a time, and run its tests.

Run ``python -m tools.mutants law.limits``: each function of the module is changed where mistakes
are likely (a comparison, a boolean, a sum, a number, a condition, a return value, a statement), and
the tests in the mirrored folder that call the function are run against the change. A change that
no test detects is printed with its line: either a test is missing, or the change makes no
difference.

The tests are collected once. Each change runs in a process forked from there, in which the code of
the one function is replaced, so nothing is imported twice and no file is modified.

It takes minutes of CPU for a module, so it is not part of continuous integration.
"""

import argparse
import ast
import json
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from importlib import import_module
from inspect import unwrap
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parent.parent
_COMPARISONS: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_SUMS: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_STATEMENTS = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)
_WIDTH = 70  # maximum length of a printed change
_Function = ast.FunctionDef


class Slot(NamedTuple):
    """A position in a syntax tree with one node."""

    owner: ast.AST
    field: str
    at: int | None  # index, if the field is a list
    node: ast.AST

    def put(self, node: ast.AST) -> None:
        """Replace the node."""
        if self.at is None:
            setattr(self.owner, self.field, node)
        else:
            getattr(self.owner, self.field)[self.at] = node


class Mutant(NamedTuple):
    """One change of one function."""

    function: str  # as in the code object: "Class.method"
    line: int
    change: str
    slot: Slot
    node: ast.AST


class Outcome(NamedTuple):
    """Outcome of one mutant."""

    mutant: Mutant
    tests: int  # number of tests that call the function
    killed: bool


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Yield the changes of each function and method of a module, by line."""
    for name, function in _functions(tree, ""):
        for slot in _slots(function):
            for change, node in _changes(slot):
                line = getattr(slot.node, "lineno", function.lineno)
                yield Mutant(name, line, change, slot, node)


def _functions(owner: ast.Module | ast.ClassDef, within: str) -> Iterator[tuple[str, _Function]]:
    for node in owner.body:
        if isinstance(node, _Function):
            yield f"{within}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{within}{node.name}.")


def _slots(owner: ast.AST) -> Iterator[Slot]:
    """Yield the slots in a function's body, without its docstring and annotations."""
    for field, value in ast.iter_fields(owner):
        if field in {"decorator_list", "args", "returns", "annotation", "type_comment"}:
            continue
        if isinstance(owner, ast.Call) and field == "args":
            continue
        nodes = enumerate(value) if isinstance(value, list) else [(None, value)]
        for at, node in nodes:
            if isinstance(node, ast.AST) and not _is_text(node):
                yield Slot(owner, field, at, node)
                yield from _slots(node)


def _is_text(node: ast.AST) -> bool:
    """Return whether a statement is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(slot: Slot) -> Iterator[tuple[str, ast.AST]]:
    """Yield the replacements for a slot, each with a description."""
    node = slot.node
    for new in _instead(node):
        ast.copy_location(new, node)
        ast.fix_missing_locations(new)
        yield f"{_shown(node)}  ->  {_shown(new)}", new
    if isinstance(node, ast.expr) and slot.field in {"test", "ifs"} and not _is_composed(node):
        new = ast.copy_location(ast.UnaryOp(ast.Not(), node), node)
        yield f"{_shown(node)}  ->  {_shown(new)}", new


def _is_composed(node: ast.expr) -> bool:
    """Return whether a condition has parts that are mutated separately."""
    return isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp))


def _instead(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901 - a case for each kind of node
    match node:
        case ast.Compare(left, ops, comparators):
            for at, op in enumerate(ops):
                new = [*ops[:at], _COMPARISONS[type(op)](), *ops[at + 1 :]]
                yield ast.Compare(left, new, comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(left, op, right) if type(op) in _SUMS:
            yield ast.BinOp(left, _SUMS[type(op)](), right)
        case ast.AugAssign(target, op, value) if type(op) in _SUMS:
            yield ast.AugAssign(target, _SUMS[type(op)](), value)
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() as number):
            yield ast.Constant(number + 1)
        case ast.Call(ast.Name(name), args, keywords) if name in _CALLS:
            yield ast.Call(ast.Name(_CALLS[name], ast.Load()), args, keywords)
        case ast.Return(ast.expr() as value) if not _is_no(value):
            yield ast.Return(ast.Constant(None))
        case ast.IfExp(_, body, orelse):
            yield body
            yield orelse
    if isinstance(node, _STATEMENTS):
        yield ast.Pass()


def _is_no(node: ast.expr) -> bool:
    """Return whether a returned constant is None or False; returning None instead is equivalent."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}..."


def compile_mutant(tree: ast.Module, mutant: Mutant, path: str) -> CodeType:
    """Compile a module with one change; return the code of the changed function."""
    mutant.slot.put(mutant.node)
    try:
        return _code(compile(tree, path, "exec", dont_inherit=True), mutant.function)
    finally:
        mutant.slot.put(mutant.slot.node)


def _code(code: CodeType, name: str) -> CodeType:
    inside = [each for each in code.co_consts if isinstance(each, CodeType)]
    for each in inside:
        if each.co_qualname == name:
            return each
    (owner,) = (each for each in inside if name.startswith(f"{each.co_qualname}."))
    return _code(owner, name)


def live_functions(module: ModuleType) -> dict[str, FunctionType]:
    """Find the live functions of a module, including those in properties and caches."""
    found = {}
    waiting: list[object] = list(vars(module).values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, type) and value.__module__ == module.__name__:
            waiting += vars(value).values()
        for part in ("fget", "func", "__func__"):  # property, cached function, class method
            value = getattr(value, part, None) or value
        if callable(value):
            value = unwrap(value)
        if isinstance(value, FunctionType) and value.__code__.co_filename == module.__file__:
            found[value.__code__.co_qualname] = value
    return found


def _in_child(work: Callable[[], object], seconds: float) -> Any:
    """Run a function in a forked process.

    Args:
        work: Returns JSON-compatible data.
        seconds: Limit of CPU time; the wall-clock limit is twenty times as long.

    Returns:
        Its result, or None if it was stopped or crashed.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        os.waitpid(child, 0)
        return json.loads(told) if told else None
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        signal.alarm(20 * (int(seconds) + 1))
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        answer = json.dumps(work()).encode()
        os.write(writing, answer)
    finally:
        os._exit(0)


def _passes(items: Sequence[pytest.Item]) -> bool:
    """Run tests until one fails."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        reports = runtestprotocol(item, log=False, nextitem=following)
        if any(report.failed for report in reports):
            return False
    return True


def _watch(item: pytest.Item, path: str, into: Path) -> bool:
    """Run one test; write its time, and the functions of a module that it calls, to a file."""
    called: set[str] = set()

    def notice(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename == path:
            called.add(frame.f_code.co_qualname.partition(".<locals>")[0])

    threading.setprofile(notice)
    sys.setprofile(notice)
    begun = time.process_time()
    try:
        passed = _passes([item])
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    with into.open("a") as file:
        line = [item.nodeid, time.process_time() - begun, sorted(called), passed]
        file.write(json.dumps(line) + "\n")
    return passed


class Hunt:
    """A pytest plug-in that runs the collected tests against each mutant."""

    def __init__(self, module: str, lines: Collection[int]) -> None:
        self.module = module
        self.lines = lines  # empty: all
        self.outcomes: list[Outcome] = []

    def pytest_configure(self) -> None:
        """Make property tests use the same examples each time, without shrinking."""
        hypothesis = import_module("hypothesis")  # pytest must be the first to import it
        phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
        hypothesis.settings.register_profile(
            "mutants", deadline=None, derandomize=True, database=None, phases=phases
        )
        hypothesis.settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the mutation tests instead of the tests themselves."""
        module = import_module(f"tidewaiter.{self.module}")
        path = str(module.__file__)
        items = _watched(session.items, path)
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
        live = live_functions(module)
        for mutant in mutants(tree):
            if mutant.function in live and (not self.lines or mutant.line in self.lines):
                callers = items.get(mutant.function, [])
                code = compile_mutant(tree, mutant, path)
                self._try(mutant, live[mutant.function], code, callers)
        return True

    def _try(
        self,
        mutant: Mutant,
        function: FunctionType,
        code: CodeType,
        callers: Sequence[tuple[float, pytest.Item]],
    ) -> None:
        def work() -> bool:
            function.__code__ = code
            return _passes([item for _, item in callers])

        usual = sum(seconds for seconds, _ in callers)
        survived = not callers or _in_child(work, 10 + 5 * usual) is True
        self.outcomes.append(Outcome(mutant, len(callers), not survived))
        if survived:
            place = f"{self.module.replace('.', '/')}.py:{mutant.line}"
            print(f"{place} {mutant.function}: {mutant.change}  ({len(callers)} tests)")


def _watched(items: Sequence[pytest.Item], path: str) -> dict[str, list[tuple[float, pytest.Item]]]:
    """Run each test unchanged; list the passing tests by the functions they call, fastest first."""

    def work() -> bool:
        for item in items:
            _watch(item, path, log)
        return True

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "watched.jsonl")
        log.touch()
        _in_child(work, 3600)
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    by_id = {item.nodeid: item for item in items}
    found: dict[str, list[tuple[float, pytest.Item]]] = {}
    for name, seconds, called, passed in sorted(lines, key=lambda line: line[1]):
        for function in called if passed else ():
            found.setdefault(function, []).append((seconds, by_id[name]))
    return found


def main() -> None:
    """Test the mutants of one module; print the survivors and the score."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("module", help="without the package: law.limits")
    parser.add_argument("tests", nargs="*", help="files or folders; else the mirrored folder")
    parser.add_argument("--lines", default="", help="only these, as 12,40: after a test was added")
    asked = parser.parse_args()
    folder = ROOT / "tests" / Path(*asked.module.split(".")[:-1])
    tests = asked.tests or [str(each) for each in sorted(folder.glob("test_*.py"))]
    hunt = Hunt(asked.module, {int(each) for each in asked.lines.split(",") if each})
    options = [
        "-qq",
        "--no-summary",
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
    ]
    pytest.main([*options, *tests], plugins=[hunt])
    killed = sum(each.killed for each in hunt.outcomes)
    number = len(hunt.outcomes)
    share = 100 * killed / number if number else 0
    print(f"\n{asked.module}: {killed} of {number} killed, {share:.0f} %")


if __name__ == "__main__":
    main()
