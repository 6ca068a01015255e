"""Serving: the process that answers browsers and programs."""

from granian.constants import Interfaces
from granian.server import Server

from tidewaiter.base.handing import handed_over, serve
from tidewaiter.uploads.crew import crew
from tidewaiter.web.node import Serving


def run(serving: Serving) -> None:
    """Serve until the process is stopped.

    Args:
        serving: What is served, and where.
    """
    server = Server(
        "tidewaiter.web.app:served",
        address=serving.host,
        port=serving.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        log_enabled=False,
    )
    with handed_over(serving), crew(serving.desk()):
        serve(server)
