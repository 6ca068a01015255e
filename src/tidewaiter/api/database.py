"""Read-only access to a casework database, as frames.

The reading code is imported on first use: the public API names this class in its types, and
SQLAlchemy takes half a second to load.
"""

from types import TracebackType
from typing import Any, Self

from tidewaiter.api.frames import Frame


class ReadOnlyDatabase:
    """Alerts, consignments, parties, decisions and cases of a database, as frames.

    Access control is that of the database: anyone who can open it sees restricted alerts too,
    marked in the column ``restricted``. Keywords filter by equality:
    ``database.alerts(severity="high", status="open")``. Close it, or use it in a ``with`` block.
    Unpickling reopens the database; the pickle contains the URL, including any password in it.
    """

    def __init__(self, url: str) -> None:
        """Open a database.

        Args:
            url: Path of an SQLite file, or URL of a PostgreSQL database.

        Raises:
            StoreError: Not found, or of another version.
        """
        from tidewaiter.store.core.database import open_to_read  # noqa: PLC0415

        self._url = url
        self._database = open_to_read(url)

    def alerts(self, **equal: object) -> Frame:
        """Return the alerts: view ``v_alert``."""
        return self._view("v_alert", equal)

    def consignments(self, **equal: object) -> Frame:
        """Return the consignment lines: view ``v_consignment``."""
        return self._view("v_consignment", equal)

    def parties(self, **equal: object) -> Frame:
        """Return the parties as written in the documents: view ``v_party``."""
        return self._view("v_party", equal)

    def decisions(self, **equal: object) -> Frame:
        """Return the decisions on alerts, including replaced ones: view ``v_decision``."""
        return self._view("v_decision", equal)

    def cases(self, **equal: object) -> Frame:
        """Return the cases: view ``v_case``."""
        return self._view("v_case", equal)

    def sql(self, query: str, **parameters: object) -> Frame:
        """Run an SQL query.

        Args:
            query: One SELECT; ``:name`` is a parameter.
            parameters: Values by name.

        Raises:
            InputError: The query is invalid.
            StoreError: The database is locked, damaged or unreachable.
        """
        from tidewaiter.store.core.views import run_query  # noqa: PLC0415

        with self._database.work() as work:
            return Frame(run_query(work, query, parameters))

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the URL only; another process reopens the database."""
        return ReadOnlyDatabase, (self._url,)

    def _view(self, name: str, equal: dict[str, object]) -> Frame:
        from tidewaiter.store.core.views import read_view  # noqa: PLC0415

        with self._database.work() as work:
            return Frame(read_view(work, name, equal))
