"""The HTTP server: a process that watches another, in which the application is created.

Imported by the watching process too, so it imports no application.
"""

from typing import Any

from granian.constants import Interfaces
from granian.server import Server
from granian.server.common import AbstractServer


def server_of(target: str, host: str, port: int, **options: Any) -> AbstractServer[Any]:
    """Build the server of an application created in its one worker process.

    Args:
        target: Factory function, "module:function".
        host: Listening address.
        port: Listening port.
        options: Further options of the server.
    """
    return Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        log_enabled=False,
        **options,
    )
