"""The first start of a version, which takes its time."""

import click

from tidewaiter.identify import is_compiled


def tell_first_start() -> None:
    """Say why the first answer of a new version takes its time."""
    if not is_compiled():
        click.echo(
            "first start of this version: compiling the scan for this machine, about a minute ...",
            err=True,
        )
