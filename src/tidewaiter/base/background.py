"""Background tasks: an action that a thread repeats until the task is closed."""

import logging
import threading
from collections.abc import Callable
from typing import Self

from tidewaiter.base.errors import TidewaiterError

_LOG = logging.getLogger("tidewaiter.background")


class Repeated:
    """Runs an action repeatedly in its own thread; failures are logged and the loop continues."""

    def __init__(
        self, name: str, action: Callable[[], object], pause: float, *, delay: float = 0.0
    ) -> None:
        """Configure the task; nothing runs until `start`.

        Args:
            name: Name of the task, for the log.
            action: Action to repeat. A long-running one checks `leaving`.
            pause: Seconds between the end of one run and the start of the next.
            delay: Seconds before the first run.
        """
        self.leaving = threading.Event()
        self._action, self._pause, self._delay = action, pause, delay
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self, patience: float | None = None) -> None:
        """Stop after the current run.

        Args:
            patience: Seconds to wait for the thread to end; None: no limit.
        """
        self.leaving.set()
        self._thread.join(patience)

    def _run(self) -> None:
        self.leaving.wait(self._delay)
        while not self.leaving.is_set():
            try:
                self._action()
            except TidewaiterError as error:  # usually the database is temporarily locked or full
                _LOG.warning("%s: %s", self._thread.name, error)
            except Exception:  # noqa: BLE001 - a fault of ours: the work is still to be done
                _LOG.exception("%s", self._thread.name)
            self.leaving.wait(self._pause)
