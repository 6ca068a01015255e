"""Directives that print what the package itself says, so that a page cannot fall behind it.

``command`` prints the options of a command, ``rules`` a table of data/rules/alerts.toml and
``regimes`` the legal instruments of the registry. ``coverage`` counts its content and verification
statuses; ``editions`` shows which texts it is based on; ``errors`` lists the error codes of a
package. The field tables of records are in the pages themselves: tools/reference_tables.py.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import click
from directives import Facts, Row, table
from houseplan import HousePlan, Rooms
from rulefacts import RuleFacts
from sphinx.application import Sphinx

from tidewaiter.base.errors import entries_of
from tidewaiter.cli.core.main import main
from tidewaiter.law.registry import load_registry
from tidewaiter.law.types import Control, Regime, Substance

# Heads of the tables of coverage.
SUBSTANCES = ("kind", "files", "with a structure", "with a CAS number", "with an HS code", "forms")
CONTROLS = (
    *("instrument", "schedule", "controls", "ended"),
    *("control verified", "secondary source", "unverified"),
    *("dates verified", "secondary source", "unverified", "none"),
)
MARKS = ("read", "second-hand", "unverified")


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
        yield from table(("option", "description"), (_option(each, context) for each in options))


class ErrorFacts(Facts):
    """A table of the errors of a package: what each says, and what would do."""

    def lines(self) -> Iterator[str]:
        """Give the table, by code."""
        room = self.arguments[0]
        entries = entries_of(room).items()
        rows = [(f"`{room}/{n}`", e["says"], e.get("hint", "")) for n, e in sorted(entries)]
        yield from table(("code", "message", "hint"), rows)


class RegimeFacts(Facts):
    """The bodies of law that the registry knows."""

    def lines(self) -> Iterator[str]:
        """Give the table."""
        regimes = load_registry().regimes.values()
        rows = [
            (f"`{each.slug}`", each.name, f"`{each.short}`", each.authority, f"{each.checked}")
            for each in regimes
        ]
        head = ("slug", "instrument", "short form", "authority", "last compared")
        yield from table(head, rows)


class EditionFacts(Facts):
    """Which text of each law was read whole, and what is missing."""

    def lines(self) -> Iterator[str]:
        """Give the table that the argument names: the texts, or the amendments after them."""
        regimes = load_registry().regimes.values()
        if self.arguments[0] == "texts":
            head = ("slug", "complete text read", "version", "last compared", "tolerance in days")
            yield from table(head, map(_edition, regimes))
        else:
            head = ("slug", "in force", "amendment", "source", "loaded")
            yield from table(head, (row for each in regimes for row in _amendments(each)))


class CoverageFacts(Facts):
    """How much the registry holds, by kind, and how its controls are known."""

    final_argument_whitespace = True

    def lines(self) -> Iterator[str]:
        """Give the table that the arguments name: what is counted, and the kinds it is of."""
        subject, *kinds = self.arguments[0].split()
        held = [each for each in load_registry().substances if each.kind in kinds]
        match subject:
            case "substances":
                yield from table(SUBSTANCES, substance_counts(held))
            case "controls":
                yield from table(CONTROLS, control_counts(held))
            case "flat":
                yield ", ".join(f"`{each.slug}`" for each in held if not each.smiles) + "."
            case _:
                raise self.error(f"nothing to count is called {subject}")


def _edition(regime: Regime) -> Row:
    day = f"{regime.edition}" if regime.edition else "not known"
    which = "; ".join(filter(None, (regime.edition_note, regime.incomplete)))
    return f"`{regime.slug}`", day, which, f"{regime.checked}", f"{regime.tolerance_days}"


def _amendments(regime: Regime) -> Iterator[Row]:
    for each in sorted(regime.amendments, key=lambda each: each.begins):
        loaded = "yes" if each.loaded else "**no**"
        yield f"`{regime.slug}`", f"{each.begins}", each.what, each.cite, loaded


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


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
    app.add_directive("command", CommandFacts)
    app.add_directive("errors", ErrorFacts)
    app.add_directive("rules", RuleFacts)
    app.add_directive("regimes", RegimeFacts)
    app.add_directive("coverage", CoverageFacts)
    app.add_directive("editions", EditionFacts)
    app.add_directive("house-plan", HousePlan)
    app.add_directive("rooms", Rooms)
    return {"parallel_read_safe": True}
