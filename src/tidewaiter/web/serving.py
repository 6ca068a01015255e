"""Serving: the process that answers browsers and programs."""

import os

import msgspec
from granian.constants import Interfaces
from granian.server import Server

from tidewaiter.uploads.crew import crew
from tidewaiter.web.app import SERVING
from tidewaiter.web.node import Serving


def run(serving: Serving) -> None:
    """Serve until the process is stopped.

    Args:
        serving: What is served, and where.
    """
    os.environ[SERVING] = msgspec.json.encode(serving).decode()
    server = Server(
        "tidewaiter.web.app:served", address=serving.host, port=serving.port,
        interface=Interfaces.ASGI, factory=True, workers=1, log_enabled=False,
    )  # fmt: skip
    with crew(serving.desk()):
        server.serve()
