"""The option `--archive`: the folder in which the releases of official counts are kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tidewaiter.releases.folder import releases_folder

F = TypeVar("F", bound=Callable[..., Any])


def archived_in(command: F) -> F:
    """Add the option; the command takes the folder as `folder`."""
    return click.option(
        "--archive",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="TIDEWAITER_RELEASES",
        default=releases_folder,
        help="The folder that keeps the releases. Setting: TIDEWAITER_RELEASES.",
    )(command)
