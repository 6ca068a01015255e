"""Directives that print what the package itself says, so that a page cannot fall behind it.

``command`` prints the options of a command, ``record`` the fields of a record, ``rules`` a
table of data/rules/alerts.toml and ``regimes`` the bodies of law of the registry.
``coverage`` counts what the registry holds, and how it is known.
"""

import ast
import importlib
import inspect
import json
import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tidewaiter.cli.main import main
from tidewaiter.consignments.past.flags import load_red_flags
from tidewaiter.consignments.past.types import PastRules
from tidewaiter.consignments.rules import (
    LinkedRule,
    OrderRule,
    PartyRule,
    SignRule,
    load_alert_rules,
)
from tidewaiter.parties.matching.points import rules as attribute_rules
from tidewaiter.parties.resolution.facts import resolution_rules
from tidewaiter.parties.resolution.signs import sign_rules
from tidewaiter.substances.registry import load_registry
from tidewaiter.substances.types import Control, Substance

Row = Sequence[str]

# Heads of the tables of coverage.
SUBSTANCES = ("kind", "files", "with a structure", "with a CAS number", "with an HS code", "forms")
CONTROLS = (
    *("regime", "schedule", "controls", "ended"),
    *("listing read", "second-hand", "unverified"),
    *("days read", "second-hand", "unverified", "none"),
)
MARKS = ("read", "second-hand", "unverified")


class Facts(SphinxDirective):
    """A directive that prints Markdown made from facts."""

    required_arguments = 1
    final_argument_whitespace = False

    def run(self) -> list[nodes.Node]:
        """Parse what `lines` gives as if it stood in the page."""
        source, _ = self.get_source_info()
        room = nodes.Element()
        self.state.nested_parse(StringList(list(self.lines()), source), 0, room)
        return list(room.children)

    def lines(self) -> Iterator[str]:
        """Give the lines of Markdown."""
        raise NotImplementedError


class CommandFacts(Facts):
    """How a command is called, and each of its options: ``screen``, ``lists add``."""

    final_argument_whitespace = True

    def lines(self) -> Iterator[str]:
        """Give a usage line and a table of options."""
        name = self.arguments[0]
        command = _command(name)
        if command is None:
            raise self.error(f"no command is called {name}")
        context = click.Context(command, info_name=f"tidewaiter {name}")
        usage = command.get_usage(context).removeprefix("Usage: ")
        yield from ("```text", *usage.splitlines(), "```", "")
        options = [each for each in command.params if isinstance(each, click.Option)]
        yield from _table(("option", "what it does"), (_option(each, context) for each in options))


class RecordFacts(Facts):
    """The fields of a record, with the remarks of its source."""

    def lines(self) -> Iterator[str]:
        """Give a table of fields."""
        module, _, name = self.arguments[0].rpartition(".")
        record = getattr(importlib.import_module(module), name)
        yield from (inspect.getdoc(record) or "", "")
        yield from _table(("field", "type", "what it holds"), _fields(record))


class RuleFacts(Facts):
    """A table of the rules of alerts."""

    def lines(self) -> Iterator[str]:
        """Give the table that the argument names."""
        name = self.arguments[0]
        if name in _PARTIES:
            yield from _of_parties(name)
            return
        if name in _PAST:
            yield from _of_past(name)
            return
        rules = load_alert_rules()
        match name:
            case "control":
                rows = [
                    (rule.title, f"{rule.points:+}", _listings(rule.regimes))
                    for rule in rules.control
                ]
                yield from _table(("rule", "points", "listings"), rows)
            case "urgency":
                steps = [(_days(step.days), f"{step.points:+}") for step in rules.urgency]
                yield from _table(("the goods are due", "points of the rank"), steps)
            case "severity":
                levels = msgspec.structs.asdict(rules.severity).items()
                yield from _table(("severity", "least score"), [(k, str(v)) for k, v in levels])
            case "party":
                yield from _table(("what the list does", "points"), _actions(rules.party))
            case "linked":
                yield from _table(("what the list says", "points"), _ties(rules.party.linked))
            case "sign":
                yield from _table(("sign", "points", "red flag", "source"), _shells(rules.sign))
            case name:
                found = getattr(rules, name).items()
                rows = [(f"`{key}`", f"{rule.points:+}", rule.text) for key, rule in found]
                yield from _table(("rule", "points", "the sentence of the alert"), rows)


_PLANTED = Path(__file__).parents[1] / "benchmarks" / "planted.json"
_PAST = frozenset({"order", "past", "flags", "backtest"})
_PARTIES = frozenset({"resolution", "hubs", "signs", "attributes"})


def _of_past(name: str) -> Iterator[str]:
    """Give a table of what is unlike earlier lines, and of what that weighs."""
    rules = load_alert_rules()
    match name:
        case "order":
            yield from _table(("what is unlike", "times in the rank"), _order(rules.order))
        case "past":
            head = ("rule", "points", "red flag, in our words", "source", "numbers")
            yield from _table(head, _past(rules.past))
        case "flags":
            yield from _table(("flag", "in our words", "in Tidewaiter"), _flags())
        case "backtest":
            kinds = ("planted", "look-alikes", "ordinary", "of those that hold, planted")
            yield from _table(("rule", "lines in which it holds", *kinds), _backtest())


def _of_parties(name: str) -> Iterator[str]:
    """Give a table of the rules by which parties are matched and joined."""
    match name:
        case "resolution":
            held = [
                (f"`{key}`", f"{points:+}") for key, points in resolution_rules().points.items()
            ]
            yield from _table(("what holds for two members", "points"), held)
        case "hubs":
            held = [(f"`{key}`", f"{most}") for key, most in resolution_rules().hubs.items()]
            yield from _table(("what is shared", "most names that may share it"), held)
        case "signs":
            found = sign_rules().signs.items()
            told = [(f"`{key}`", each.flag, f"[{each.source}]({each.url})") for key, each in found]
            yield from _table(("sign", "red flag, in our words", "read in"), told)
        case "attributes":
            said = [(each.what, f"{each.points:+g}", each.why) for each in attribute_rules()]
            yield from _table(("what", "points", "why"), said)


class RegimeFacts(Facts):
    """The bodies of law that the registry knows."""

    def lines(self) -> Iterator[str]:
        """Give the table."""
        regimes = load_registry().regimes.values()
        rows = [
            (f"`{each.slug}`", each.name, f"`{each.short}`", each.authority, f"{each.checked}")
            for each in regimes
        ]
        head = ("regime", "law", "in few words", "authority", "last compared")
        yield from _table(head, rows)


class CoverageFacts(Facts):
    """How much the registry holds, by kind, and how its controls are known."""

    final_argument_whitespace = True

    def lines(self) -> Iterator[str]:
        """Give the table that the arguments name: what is counted, and the kinds it is of."""
        subject, *kinds = self.arguments[0].split()
        held = [each for each in load_registry().substances if each.kind in kinds]
        match subject:
            case "substances":
                yield from _table(SUBSTANCES, substance_counts(held))
            case "controls":
                yield from _table(CONTROLS, control_counts(held))
            case "flat":
                yield ", ".join(f"`{each.slug}`" for each in held if not each.smiles) + "."
            case _:
                raise self.error(f"nothing to count is called {subject}")


def substance_counts(substances: Iterable[Substance]) -> Iterator[Row]:
    """Yield a row for each kind: its files, and how many have what."""
    held = list(substances)
    for kind in sorted({each.kind for each in held}):
        own = [each for each in held if each.kind == kind]
        parts = [[e.smiles for e in own], [e.cas for e in own], [e.hs for e in own]]
        had = [str(sum(map(bool, part))) for part in parts]
        yield kind, str(len(own)), *had, str(sum(len(each.forms) for each in own))


def control_counts(substances: Iterable[Substance]) -> Iterator[Row]:
    """Yield a row for each schedule: its controls, those that ended, and how they are known."""
    listed: dict[tuple[str, str], list[Control]] = defaultdict(list)
    for substance in substances:
        for control in substance.controls:
            listed[control.regime, control.schedule].append(control)
    for (regime, schedule), own in sorted(listed.items()):
        marks, days = Counter(each.mark for each in own), Counter(map(_days_mark, own))
        ended = sum(each.until is not None for each in own)
        counts = [len(own), ended, *(marks[m] for m in MARKS), *(days[m] for m in (*MARKS, "none"))]
        yield f"`{regime}`", schedule, *map(str, counts)


def _days_mark(control: Control) -> str:
    """Tell how the days of a control are known; "none": it has no day."""
    return control.dates if control.since or control.decided or control.until else "none"


def _command(name: str) -> click.Command | None:
    """Find a command by its words: "parties resolve"."""
    command: click.Command | None = main.get_command(click.Context(main), name)
    if command is not None:
        return command
    command = main
    for word in name.split():
        if not isinstance(command, click.Group):
            return None
        command = command.get_command(click.Context(command), word)
    return command


def _option(option: click.Option, context: click.Context) -> Row:
    record = option.get_help_record(context)
    names, text = record or (", ".join(option.opts), "")
    return f"`{names}`", re.sub(r"(?<![\w-])(--[a-z]+)", r"`\1`", text)


def _fields(record: type[msgspec.Struct]) -> Iterator[Row]:
    """Yield name, type and remark of each field, from the source of its class."""
    source = textwrap.dedent(inspect.getsource(record))
    (body,) = ast.parse(source).body
    lines = source.splitlines()
    for node in body.body if isinstance(body, ast.ClassDef) else ():
        if isinstance(node, ast.AnnAssign):
            last = lines[(node.end_lineno or node.lineno) - 1][node.end_col_offset or 0 :]
            remark = last.partition("#")[2].strip()
            yield f"`{ast.unparse(node.target)}`", f"`{ast.unparse(node.annotation)}`", remark


def _listings(regimes: dict[str, tuple[str, ...]]) -> str:
    named = [f"`{slug}` {', '.join(held) or 'all'}" for slug, held in regimes.items()]
    return "; ".join(named) or "any other, and an authority's own lists"


def _actions(rule: PartyRule) -> Iterator[Row]:
    for action, points in rule.actions.items():
        yield (f"`{action}`", f"{points:+}")
    yield ("charge dismissed, or acquitted", f"{rule.ended:+}")


def _ties(rule: LinkedRule) -> Iterator[Row]:
    yield ("owned or controlled by a blocked party", f"{rule.points:+}")
    yield ("owns or controls a blocked party", f"{rule.owner:+}")


def _shells(rule: SignRule) -> Iterator[Row]:
    for name, sign in sign_rules().signs.items():
        yield (f"`{name}`", f"{rule.points[name]:+}", sign.flag, f"[{sign.source}]({sign.url})")
    yield ("all of an alert together, at most", f"{rule.most:+}", "", "")


def _past(past: PastRules) -> Iterator[Row]:
    for name, rule in past.rules.items():
        doubt = "" if rule.mark == "read" else f" ({rule.mark})"
        source = f"[{rule.source}]({rule.url})" if rule.url else rule.source
        numbers = ", ".join(f"{what} {number:g}" for what, number in rule.numbers.items())
        yield f"`{name}`", f"{rule.points:+}", rule.flag, source + doubt, numbers
    yield "all of an alert together, at most", f"{past.most:+}", "", "", ""


def _order(rule: OrderRule) -> Iterator[Row]:
    checks = ", ".join(f"`{name}`" for name in rule.rules)
    yield "each point of a reason of the past", f"{rule.past:g}"
    yield f"each point of {checks}", f"{rule.papers:g}"
    yield "both together, at most", f"{rule.most} points"


def _backtest() -> Iterator[Row]:
    """Yield how often each rule of the past holds in the made trade of the held-out seed."""
    seeds = json.loads(_PLANTED.read_text(encoding="utf-8"))["seeds"]
    told = seeds[list(seeds)[-1]]["rules"]
    for name, each in told.items():
        shares = (f"{each[kind]:.2%}" for kind in ("planted", "look-alikes", "ordinary"))
        right = f"{each['of those that hold, planted']:.0%}" if each["lines"] else "-"
        yield f"`{name}`", f"{each['lines']:,}", *shares, right


def _flags() -> Iterator[Row]:
    for name, flag in load_red_flags().flags.items():
        doubt = "" if flag.mark == "read" else f" ({flag.mark})"
        told = ", ".join(f"[`{rule}`](rules.md#{rule})" for rule in flag.rules)
        told = " ".join(filter(None, (told and f"{told}.", flag.why)))
        yield name, f"{flag.says} ([{flag.source}]({flag.url}){doubt})", told


def _days(days: int) -> str:
    return "already there" if days < 0 else f"within {days} days"


def _table(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join(_cell(text) for text in row) + " |"


def _cell(text: str) -> str:
    """Return text that stays in its cell and is taken as it stands, but for code."""
    flat = " ".join(text.split()).replace("|", "\\|")
    return flat if flat.startswith("`") else flat.replace("<", "&lt;").replace("*", "\\*")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
    app.add_directive("command", CommandFacts)
    app.add_directive("record", RecordFacts)
    app.add_directive("rules", RuleFacts)
    app.add_directive("regimes", RegimeFacts)
    app.add_directive("coverage", CoverageFacts)
    return {"parallel_read_safe": True}
