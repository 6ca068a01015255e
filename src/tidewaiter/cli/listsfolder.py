"""The option `--lists`: the folder in which the lists of parties are kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tidewaiter.lists.archive import lists_folder

F = TypeVar("F", bound=Callable[..., Any])


def kept_in(command: F) -> F:
    """Add the option; the command takes the folder as `folder`."""
    return click.option(
        "--lists",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="TIDEWAITER_LISTS",
        default=lists_folder,
        help="The folder that keeps the lists. Setting: TIDEWAITER_LISTS.",
    )(command)
