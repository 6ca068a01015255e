"""The process that watches the server of the pages; `tidewaiter serve` becomes it.

Everything that `serve` loaded to prepare the database is gone from memory: this process loads
no more than what it needs to start another and to wait for it.
"""

import signal
from typing import Any

import click

from tidewaiter.base.processes import handed_down, serve
from tidewaiter.cli.core.options import Commands, LazyCommand
from tidewaiter.transport.server_process import server_of


@click.group(cls=Commands, sections={"": {"pages": LazyCommand("serving:pages", "")}})
def main() -> None:
    """Not for users."""


@click.command()
@click.argument("host")
@click.argument("port", type=int)
def pages(host: str, port: int) -> None:
    """Serve until stopped, with the settings passed to this process."""
    with handed_down():
        serve(server_of("tidewaiter.cli.serving:served", host, port))


def served() -> Any:
    """Create the application in the process of the server.

    Until that one runs, a request to stop would be lost with the handlers inherited from the
    process that watches it, which would then wait for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the watching process passes it on as the other
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    from tidewaiter.web.core import app  # noqa: PLC0415 - only here, not in the watching process

    return app.served()


if __name__ == "__main__":
    main(prog_name="tidewaiter serve")
