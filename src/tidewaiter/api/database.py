"""A database of casework that is read as frames, and never changed.

What reads it is imported where it is first needed: the face names this class in its types, and
SQLAlchemy takes half a second to load.
"""

from types import TracebackType
from typing import Any, Self

from tidewaiter.api.frames import Frame


class ReadOnlyDatabase:
    """Alerts, consignments, parties, decisions and cases of a database, as frames.

    It shows what the SQL would: whoever can open the database sees restricted alerts too, marked
    so in the column ``restricted``. Keywords narrow an answer to rows whose columns are equal to
    what they say: ``database.alerts(severity="high", status="open")``. Close it, or use it in a
    ``with``. A pickled one opens the database anew, and its pickle holds the URL, with a password
    where that has one.
    """

    def __init__(self, url: str) -> None:
        """Open a database.

        Args:
            url: The path of an SQLite file, or the URL of a PostgreSQL database.

        Raises:
            StoreError: There is none, or it is of another version.
        """
        from tidewaiter.store.core.database import open_to_read  # noqa: PLC0415

        self._url = url
        self._database = open_to_read(url)

    def alerts(self, **equal: object) -> Frame:
        """Return the alerts: view ``v_alert``."""
        return self._view("v_alert", equal)

    def consignments(self, **equal: object) -> Frame:
        """Return the lines of consignments: view ``v_consignment``."""
        return self._view("v_consignment", equal)

    def parties(self, **equal: object) -> Frame:
        """Return the parties as papers write them: view ``v_party``."""
        return self._view("v_party", equal)

    def decisions(self, **equal: object) -> Frame:
        """Return the decisions on alerts, also those that others replaced: view ``v_decision``."""
        return self._view("v_decision", equal)

    def cases(self, **equal: object) -> Frame:
        """Return the cases: view ``v_case``."""
        return self._view("v_case", equal)

    def sql(self, query: str, **parameters: object) -> Frame:
        """Ask in SQL.

        Args:
            query: One SELECT; ``:name`` stands for a parameter.
            parameters: By name.

        Raises:
            InputError: The database does not understand it.
            StoreError: The database is locked, damaged or out of reach.
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
        """Let another process open it anew."""
        return ReadOnlyDatabase, (self._url,)

    def _view(self, name: str, equal: dict[str, object]) -> Frame:
        from tidewaiter.store.core.views import read_view  # noqa: PLC0415

        with self._database.work() as work:
            return Frame(read_view(work, name, equal))
