"""Write the help of all commands into the package, where `--help` reads it.

Run after a change of a command or an option: python -m tools.help_texts
"""

import json
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from tidewaiter.cli.core.help_texts import WIDTH
from tidewaiter.cli.core.main import main as tidewaiter

OUT = Path(__file__).parents[1] / "src" / "tidewaiter" / "data" / "help" / "commands.json"


def help_texts() -> dict[str, str]:
    """Return the help of each command and group, by its words; "" for the program."""
    runner = CliRunner()
    found = {}
    for name in sorted(("", *_names(tidewaiter, ""))):
        done = runner.invoke(
            tidewaiter,
            [*name.split(), "--help"],
            prog_name="tidewaiter",
            env={"COLUMNS": f"{WIDTH}"},
        )
        if done.exit_code:
            raise RuntimeError(name)
        found[name] = done.output.removesuffix("\n")
    return found


def _names(group: click.Group, before: str) -> Iterator[str]:
    context = click.Context(group)
    for each in group.list_commands(context):
        command = group.get_command(context, each)
        yield f"{before}{each}"
        if isinstance(command, click.Group):
            yield from _names(command, f"{before}{each} ")


def main() -> None:
    """Write the texts."""
    OUT.write_text(json.dumps(help_texts(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
