"""The option `--language` of commands that write a page."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from tidewaiter.explain.languages import LANGUAGES

F = TypeVar("F", bound=Callable[..., Any])


def language_of(page: str) -> Callable[[F], F]:
    """Add `--language`: the language of the page, English by default.

    Args:
        page: What is written, for the help: "the report".
    """
    return click.option(
        "--language",
        type=click.Choice(sorted(LANGUAGES)),
        default="en",
        show_default=True,
        help=f"Language of {page}.",
    )
