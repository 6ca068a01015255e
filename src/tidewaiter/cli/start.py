"""The first start of a version, which takes its time."""

import click

from tidewaiter.identify import is_ready


def tell_first_start() -> None:
    """Say why the first answer of a new version takes its time, if it does."""
    if not is_ready():
        click.echo(
            "first start of this version: compiling the scan for this machine, about a minute ...",
            err=True,
        )


def tell_new_lists() -> None:
    """Say why the first answer with new or changed lists takes its time."""
    click.echo("new lists: compiling them, some seconds ...", err=True)


def tell_first_match() -> None:
    """Say why the first match of a new version takes its time."""
    click.echo(
        "first match of this version: compiling the search for this machine, a minute or two ...",
        err=True,
    )
