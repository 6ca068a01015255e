"""Serving: the process that answers browsers and programs."""

import os
import tempfile
from pathlib import Path

import msgspec
from granian.constants import Interfaces
from granian.server import Server

from tidewaiter.uploads.crew import crew
from tidewaiter.web.node import SERVING, Serving


def run(serving: Serving) -> None:
    """Serve until the process is stopped.

    What is served is told by a file that nobody else may read: an environment is inherited by
    every process that is started, those that look at strangers' files too, and holds no secret.

    Args:
        serving: What is served, and where.
    """
    with tempfile.TemporaryDirectory(prefix="tidewaiter-") as folder:  # for its owner alone
        place = Path(folder) / "serving.json"
        place.write_bytes(msgspec.json.encode(serving))
        os.environ[SERVING] = str(place)
        server = Server(
            "tidewaiter.web.app:served", address=serving.host, port=serving.port,
            interface=Interfaces.ASGI, factory=True, workers=1, log_enabled=False,
        )  # fmt: skip
        with crew(serving.desk()):
            server.serve()
