"""Options that name a folder in which something is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def kept_under(flag: str, setting: str, default: Callable[[], Path], what: str) -> Callable[[F], F]:
    """Return a decorator that adds the option; the command takes the folder as `folder`.

    Args:
        flag: Its name: "--lists".
        setting: The variable of the environment that names the folder too.
        default: Tells the folder where nothing names it.
        what: What it keeps: "the lists".
    """
    return click.option(
        flag,
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        envvar=setting,
        default=default,
        help=f"The folder that keeps {what}. Setting: {setting}.",
    )
