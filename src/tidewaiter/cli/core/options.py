"""Options and types shared by commands, groups that load commands late, and error handling."""

import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sized
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import wraps
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import IO, Any, NamedTuple, TypeVar, cast

import click

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.processes import look_seldom
from tidewaiter.base.quantities import parse_percent
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import token, visible
from tidewaiter.cli.core.help_texts import help_of
from tidewaiter.exchange.protocol.strict_json import read_json

IN_PART = 1  # exit status: done, but some input could not be used
FAULT = 70  # as sysexits.h has it: an error in the program itself
REPORT = "https://tidewaiter.readthedocs.io/en/latest/reference/commands.html#faults"
_LONGEST = 300  # characters of what an error says


def report_fault(error: BaseException) -> None:
    """Report an internal error of Tidewaiter, and where its traceback is.

    The traceback goes to a file that only the user can read, or to standard error if none can be
    created.
    """
    trace = "".join(traceback.format_exception(error))
    try:
        place = f"the traceback in {_kept(trace)}"
    except OSError:
        click.echo(visible(trace), err=True, nl=False)
        place = "the traceback above"
    said = visible(" ".join(f"{type(error).__name__}: {error}".split()))[:_LONGEST]
    click.echo(
        f"fault: {said}: this is an error in Tidewaiter, not in your files; please "
        f"report it with {place}: {REPORT}",
        err=True,
    )


def _kept(trace: str) -> Path:
    number, name = tempfile.mkstemp(prefix="tidewaiter-fault-", suffix=".txt")
    with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(trace)
    return Path(name)


_CODE = 2  # letters of a country
_LOST = "tidewaiter.refused"  # in the context of a command: some input could not be used
STOPPED = 130  # exit status of a stop from the keyboard
_SHOW_CURSOR = b"\x1b[?25h\n"
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}

F = TypeVar("F", bound=Callable[..., Any])


class LazyCommand(NamedTuple):
    """A command that is imported when it is called."""

    place: str  # "module:function", the module within tidewaiter.cli
    help: str  # what it does, in few words


Sections = Mapping[str, Mapping[str, LazyCommand]]
"""Titles of the help, and the commands below each."""


class Day(click.ParamType[date]):
    """A date in ISO 8601 format."""

    name = "day"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Parse "2026-11-25"."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is not a date. Write it like 2026-11-25', param, ctx)


class Field(click.ParamType[tuple[str, str]]):
    """A field and its column."""

    name = "field=column"

    def convert(
        self,
        value: str | tuple[str, str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """Parse "goods=Description"."""
        if isinstance(value, tuple):
            return value
        field, _, column = value.partition("=")
        if not field or not column:
            self.fail(
                f'"{value}" is not a column mapping. Write it like goods=Description', param, ctx
            )
        return field, column


needs_db = click.option(
    "--db", required=True, help="The database: a path, or postgresql+psycopg://..."
)
"""The option of commands that work on a database."""


def with_options(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return a decorator that adds options to a command, in this order."""

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


rows_option = click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="Maximum number to list.",
)
"""The option of commands that list the newest."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print complete JSON.")
"""The option of commands whose output can be read by programs."""

_USUAL = {"UK": "GB", "EL": "GR"}  # codes of use, reserved in ISO 3166-1 for these countries


class Place(click.ParamType[str]):
    """A country by its ISO 3166-1 alpha-2 code, or a jurisdiction."""

    name = "country"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Parse "MX" or "mx"."""
        code = value.strip().upper()
        code = _USUAL.get(code, code)
        if len(code) != _CODE or not (code.isascii() and code.isalpha()):
            self.fail(f'"{value}" is not a country. Write two letters, like MX', param, ctx)
        return code


class Places(click.ParamType[tuple[str, ...]]):
    """Countries or jurisdictions, separated by commas."""

    name = "country,..."

    def convert(
        self,
        value: str | tuple[str, ...],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, ...]:
        """Parse "MX,US"; duplicates are removed."""
        if isinstance(value, tuple):
            return value
        codes = [Place().convert(each, param, ctx) for each in value.split(",") if each.strip()]
        if not codes:
            self.fail("no country is named. Write countries like MX,US", param, ctx)
        return tuple(dict.fromkeys(codes))


class Percent(click.ParamType[Decimal]):
    """A concentration, from 0 to 100."""

    name = "percent"

    def convert(
        self, value: str | Decimal, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Parse "40", "99.5" or "40 %"."""
        if isinstance(value, Decimal):
            return value
        try:
            return parse_percent(value)
        except InputError as error:
            self.fail(f"{error.message}: {error.hint}", param, ctx)


def printable(text: str) -> str:
    """Return text from the system with bytes that are not UTF-8 made visible."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _stop(number: int, frame: FrameType | None) -> None:
    """Stop gracefully; the next signal stops at once.

    Ending the process at any moment loses nothing, so the second signal may end it at once.
    """
    del frame
    signal.signal(number, _end)
    raise KeyboardInterrupt


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    if sys.stderr.isatty():
        os.write(2, _SHOW_CURSOR)  # the bar of a screening hides it
    os._exit(STOPPED)


def hear_every_stop() -> None:
    """Let only Python handle Ctrl-C.

    Arrow's own handler loses a signal that arrives just as a read ends, and a file is read in
    thousands of reads, none long enough to be stopped within.
    """
    import pyarrow as pa  # noqa: PLC0415 - not all commands need it

    pa.enable_signal_handlers(enable=False)


class Refused(click.ClickException):
    """The command was refused and nothing was done: exit status 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the place, the problem and the hint."""
        text = visible(self.message).replace("\r", token("\r"))
        click.echo(f"error: {text}", file=file, err=True)


def forget_stdout() -> None:
    """Discard unwritten standard output, or Python would try again and hide the error."""
    with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


class Commands(click.Group):
    """A group that loads a command when it is called, and prints errors that a user can correct.

    Loading all commands takes seconds, which help and the fastest command should not wait for.
    """

    def __init__(
        self,
        *args: Any,
        sections: Sections,
        **kwargs: Any,
    ) -> None:
        """Store the sections of the help.

        Args:
            args: Of a group.
            sections: The commands.
            kwargs: Of a group.
        """
        super().__init__(*args, **kwargs)
        self._sections = sections
        self._lazy = {name: each for held in sections.values() for name, each in held.items()}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line as a separate process; the second signal ends it at once."""
        signal.signal(signal.SIGINT, _stop)
        if (text := help_of(sys.argv[1:])) is not None:
            click.echo(text)
            sys.exit()
        try:
            return super().__call__(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours
            report_fault(error)
            sys.exit(FAULT)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line with rare garbage collection: little is freed at the start."""
        look_seldom()
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands by name."""
        del ctx
        return sorted(self._lazy)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help of the commands, section by section, without loading them."""
        del ctx
        for title, held in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([(name, each.help) for name, each in held.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command from its module."""
        del ctx
        if cmd_name not in self._lazy:
            return None
        module, _, name = self._lazy[cmd_name].place.partition(":")
        return cast("click.Command", getattr(import_module(f"tidewaiter.cli.{module}"), name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command named by the first two words, such as "law compare", or by the first."""
        two = " ".join(args[:2])
        if two in self._lazy:
            return two, self.get_command(ctx, two), args[2:]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except TidewaiterError as error:
            raise Refused(str(error)) from error
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
            sys.exit(STOPPED)
        except MemoryError as error:
            hint = "hint: use a smaller number of --workers, or a machine with more memory"
            raise Refused(f"there is not enough memory\n{hint}") from error
        except EOFError as error:  # Click takes it for a stop at a question, of which we ask none
            raise RuntimeError("something ended early") from error
        except OSError as error:
            if error.filename is None and error.errno in _FULL:
                forget_stdout()
                hint = "hint: free space on the disk of the output"
                raise Refused(f"standard output: {error.strerror}\n{hint}") from error
            if error.filename is None:
                raise
            hint = "hint: check that the folder exists and that you may write to it"
            raise Refused(f"{error.filename}: {error.strerror}\n{hint}") from error


class Renamed(click.Group):
    """A group that still accepts the former names of its commands, with a notice on stderr."""

    def __init__(self, *args: Any, former: Mapping[str, str], **kwargs: Any) -> None:
        """Store the former names.

        Args:
            args: Of a group.
            former: Former names, to the names of today.
            kwargs: Of a group.
        """
        super().__init__(*args, **kwargs)
        self._former = former

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a former name is replaced, and its user told the new one."""
        if args and args[0] in self._former:
            name = self._former[args[0]]
            _deprecated(f"{ctx.command_path} {name}")
            args = [name, *args[1:]]
        return super().resolve_command(ctx, args)


def renamed_flag(old: str, new: str, field: str) -> Callable[[F], F]:
    """Return a decorator that still accepts the former name of a flag, with a notice on stderr.

    Args:
        old: The former name: "--street".
        new: The name of today.
        field: The parameter of the command that takes the flag.
    """

    def told(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - so Click calls it
        del param
        if value:
            _deprecated(new)
            ctx.default_map = {**(ctx.default_map or {}), field: True}

    name = f"former_{field}"  # distinct, or Click would treat both flags as one
    return click.option(
        old, name, is_flag=True, hidden=True, expose_value=False, is_eager=True, callback=told
    )


def _deprecated(name: str) -> None:
    click.echo(f"deprecated: use {name}", err=True)


def ok_with_refusals(command: F) -> F:
    """Add --ok-with-refusals: exit status 0, not 1, if some input could not be used."""

    @click.option(
        "--ok-with-refusals",
        "ignored",
        is_flag=True,
        help="Exit with status 0, not 1, if some input could not be used.",
    )
    @wraps(command)
    def wrapped(*args: Any, ignored: bool, **options: Any) -> Any:
        try:
            done = command(*args, **options)
        except SystemExit as stop:
            if not ignored or stop.code != IN_PART:
                raise
            return None
        except click.exceptions.Exit as stop:
            if not ignored or stop.exit_code != IN_PART:
                raise
            return None
        if click.get_current_context().meta.get(_LOST) and not ignored:
            sys.exit(IN_PART)
        return done

    return cast("F", wrapped)


def mark_refused() -> None:
    """Let a command with `ok_with_refusals` exit with 1: some input could not be used."""
    if context := click.get_current_context(silent=True):
        context.meta[_LOST] = True


Found = TypeVar("Found", bound=Sized)


def found_or_hint(found: Found, hint: str) -> Found:
    """Return what is listed; if it is empty, print on stderr how to begin.

    Args:
        found: What was asked for.
        hint: What to do, such as "add a peer with tidewaiter peers add FILE".
    """
    if not len(found):
        click.echo(f"nothing found; {hint}", err=True)
    return found


def own_lists(command: F) -> F:
    """Add the options for an authority's own lists and for slang."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    own = click.option(
        "--own",
        multiple=True,
        type=folder,
        envvar="TIDEWAITER_OWN",
        help="A folder with your own controlled substances, in the format of the registry; can be "
        "repeated. Setting: TIDEWAITER_OWN.",
    )
    slang = click.option(
        "--slang", "street", is_flag=True, help="Recognise slang names too (more false positives)."
    )
    return own(slang(renamed_flag("--street", "--slang", "street")(command)))


def kept_under(flag: str, setting: str, default: Callable[[], Path], what: str) -> Callable[[F], F]:
    """Return a decorator that adds an option for a folder; the command gets it as `folder`.

    Args:
        flag: Name of the option: "--lists".
        setting: Environment variable that also sets the folder.
        default: Returns the default folder.
        what: Content of the folder: "the lists".
    """
    return click.option(
        flag,
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        envvar=setting,
        default=default,
        help=f"The folder of {what}. Setting: {setting}.",
    )


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""The type of an input file."""

OUT_FILE = click.Path(dir_okay=False, path_type=Path)
"""The type of an output file."""

_MOST = 8 << 20  # bytes of a file

R = TypeVar("R", bound=Record)


def held(path: Path) -> bytes:
    """Read a file that is small enough for a record.

    Raises:
        InputError: The file is too large.
    """
    if path.stat().st_size > _MOST:
        raise InputError("cli/file-too-large", at=str(path))
    return path.read_bytes()


def read_record(path: Path, kind: type[R], what: str, hint: str) -> R:
    """Read a record from a file.

    Args:
        path: The file.
        kind: The record.
        what: Name of the record in an error.
        hint: Where the format is documented.

    Raises:
        InputError: The file is not a valid record.
    """
    try:
        return read_json(held(path), kind, what)
    except InputError as error:
        raise InputError(
            "cli/not-its-record", problem=error.message, hint=hint, at=str(path)
        ) from error
