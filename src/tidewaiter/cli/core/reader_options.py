"""The options that say who reads what leaves the node, and for what purpose."""

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click

from tidewaiter.cli.core.options import with_options
from tidewaiter.exchange.protocol.markings import Purpose, Reach

F = TypeVar("F", bound=Callable[..., Any])


def readers_of(what: str) -> Callable[[F], F]:
    """Add `--reach` and `--purpose`.

    Args:
        what: What they read, for the help: "feed".
    """
    return with_options(
        click.option(
            "--reach",
            type=click.Choice(get_args(Reach)),
            default="organisation",
            show_default=True,
            help=f"Readers of the {what}; markings decide what they may see.",
        ),
        click.option(
            "--purpose",
            type=click.Choice(get_args(Purpose)),
            default="control",
            show_default=True,
            help="Purpose of the readers.",
        ),
    )
