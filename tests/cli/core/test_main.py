"""The command as a whole: help, versions, exit statuses."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from inspect import cleandoc

import click
import pytest
from click.testing import Result
from tools.help_texts import OUT, help_texts

from tidewaiter import __version__
from tidewaiter.cli.core.help_texts import help_of

Call = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[bytes]]


COMMANDS = [
    "",
    "accounts",
    "alerts",
    "audit",
    "burden",
    "cases",
    "coalition",
    "feeds",
    "groups",
    "identify",
    "incidents",
    "inspect",
    "joint",
    "law",
    "law changes",
    "law compare",
    "law diff",
    "law publish",
    "law status",
    "law update",
    "lists",
    "match",
    "mirror",
    "node",
    "notices",
    "parties",
    "peers",
    "plugins",
    "private",
    "ranker",
    "recall",
    "recalls",
    "register",
    "requests",
    "rules",
    "scenario",
    "screen",
    "select",
    "select check",
    "select report",
    "select seed",
    "serve",
    "substances",
    "suppressions",
    "verify",
]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_in_an_example(name: str, call: Call, commands: dict[str, click.Command]) -> None:
    """Each command's own text ends in an example that calls it."""
    result = call(*filter(None, [name]), "--help")
    assert result.exit_code == 0
    last = cleandoc(commands[name].help or "").split("\n\n")[-1]
    assert last.startswith(f"Example: tidewaiter {name}".strip())
    assert " ".join(last.split()) in " ".join(result.output.split())


def test_every_command_is_known(call: Call, commands: dict[str, click.Command]) -> None:
    """The list of commands is what the tests cover, and help shows each."""
    assert sorted(commands) == COMMANDS
    output = call("-h").output
    assert all(name in output for name in commands)


@pytest.mark.parametrize("group", [(), ("burden",), ("mirror",), ("parties",)])
def test_help_tells_of_each_command_in_one_line(group: tuple[str, ...], call: Call) -> None:
    """A text that does not fit would be broken, and the list be hard to read."""
    output = call(*group, "--help").output
    told = output[output.index("--help  ") :].splitlines()[1:]
    whole = re.compile(r"|\S.*:|  [a-z]+( [a-z]+)?  +[A-Z].*[\w)]")
    assert all(whole.fullmatch(line) for line in told), told


_LIGHT = ("core", "core.help_texts", "core.main", "core.options")


def test_help_loads_no_command() -> None:
    """Who asks what there is waits for none of it."""
    code = "import sys\nfrom tidewaiter.cli.core.main import main\n"
    code += "main(['--help'], standalone_mode=False)\n"
    code += "print(sorted(name for name in sys.modules if name.startswith('tidewaiter.cli.')))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = [f"tidewaiter.cli.{name}" for name in _LIGHT]
    assert told.stdout.endswith(f"{loaded}\n")


def test_the_stored_help_is_that_of_the_commands() -> None:
    """After a change of a command or an option: python -m tools.help_texts."""
    assert json.loads(OUT.read_text("utf-8")) == help_texts()


@pytest.mark.parametrize("words", [(), ("screen",), ("law", "changes"), ("alerts", "bulk", "undo")])
def test_help_of_a_command_loads_no_command(
    words: tuple[str, ...], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process prints what the command itself prints, and loads none."""
    monkeypatch.setenv("COLUMNS", "80")
    code = f"import sys\nsys.argv[1:] = {[*words, '--help']!r}\n"
    code += "import atexit\nfrom tidewaiter.cli.core.main import main\n"
    code += (
        "names = lambda: sorted(name for name in sys.modules if name[:15] == 'tidewaiter.cli.')\n"
    )
    code += "atexit.register(lambda: print(names()))\nmain(prog_name='tidewaiter')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    text, _, loaded = done.stdout.rstrip("\n").rpartition("\n")
    assert loaded == str([f"tidewaiter.cli.{name}" for name in _LIGHT])
    assert f"{text}\n" == call(*words, "--help").output.replace("Usage: main", "Usage: tidewaiter")


def test_help_in_a_narrow_terminal_is_broken_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stored help is 80 columns wide, as is that of commands in wider terminals."""
    asked = ["screen", "--help"]
    monkeypatch.setenv("COLUMNS", "60")
    assert help_of(asked) is None
    monkeypatch.setenv("COLUMNS", "200")
    assert help_of(asked) == help_of(["screen", "-h"]) is not None
    assert help_of(["screen", "--workers", "2", "--help"]) is None
    assert help_of([]) is help_of(["screen"]) is None


def test_every_option_says_what_it_does(commands: dict[str, click.Command]) -> None:
    """No option that is shown is without a sentence of help."""
    silent = [
        f"{name} {param.name}"
        for name, command in commands.items()
        for param in command.params
        if isinstance(param, click.Option) and not (param.help or param.hidden)
    ]
    assert silent == []


def test_the_version_is_that_of_the_package(call: Call) -> None:
    """The output is `tidewaiter.__version__`."""
    assert __version__ in call("--version").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("screen",),
        ("screen", "missing.csv"),
        ("screen", "--again"),
        ("screen", "--workers", "0", "x.csv"),
        ("screen", "--day", "2026-02-30", "x.csv"),
        ("screen", "--map", "goods", "x.csv"),
        ("identify",),
        ("identify", "acetone", "--file", "-"),
        ("identify", "--file", "missing.txt"),
        ("identify", "acetone", "--own", "missing"),
        ("substances", "no such thing"),
        ("substances", "--day", "yesterday"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_refused(arguments: tuple[str, ...], call: Call) -> None:
    """Exit status 2, a word on stderr, and nothing on stdout."""
    result = call(*arguments)
    assert result.exit_code == 2
    assert result.stderr
    assert result.stdout == ""


def test_the_module_is_the_command(process: Process) -> None:
    """`python -m tidewaiter` and its errors work without a traceback."""
    assert process("--version").returncode == 0
    refused = process("screen", "missing.csv")
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert b"Traceback" not in refused.stderr
