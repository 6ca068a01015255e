"""HTTP client for other programs; returns the records behind the pages as Python objects."""

from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar

import httpx
import msgspec

from tidewaiter.base.errors import AS_REPORTED, TidewaiterError
from tidewaiter.base.phrases import read_phrase
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Verdict
from tidewaiter.store.alerts.decisions import Standing
from tidewaiter.web.alerts.handlers import AlertPage, Assign, Decide, Undo
from tidewaiter.web.alerts.queue_query import QueuePage
from tidewaiter.web.audit.handlers import AuditPage, Verified
from tidewaiter.web.core.errors import Problem

R = TypeVar("R", bound=Record)
_SECONDS = 30.0


class RefusedError(TidewaiterError):
    """The server refused the request; `status` is the HTTP status code.

    The message is the server's; `problem.code` is its error code.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(AS_REPORTED, at=problem.at, text=problem.detail, hint=problem.hint)
        self.problem = problem
        self.status = problem.status


class Client:
    """Client of one server, authenticated by an API token; close it or use it in a `with` block.

    Args:
        address: Like ``https://tide.example``.
        token: The API token, shown once when it was created.
        http: The HTTP client to use; None: create one.
    """

    def __init__(self, address: str, token: str, *, http: httpx.Client | None = None) -> None:
        self._http = http or httpx.Client(timeout=_SECONDS)
        self._is_own = http is None
        self._address = address.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; an HTTP client passed to the constructor is left open."""
        if self._is_own:
            self._http.close()

    def get(self, path: str, kind: type[R], query: Mapping[str, Any] | None = None) -> R:
        """Get the record of a page.

        Args:
            path: Path of the page, without ".json".
            kind: Type of the record.
            query: Query parameters of the address.

        Raises:
            RefusedError: Not found, or the token lacks the right.
        """
        return self._asked("GET", f"{path}.json", kind, params=query)

    def post(self, path: str, kind: type[R], record: Record | None = None) -> R:
        """Perform an action and return its result.

        Args:
            path: Path of the action.
            kind: Type of the record in the response.
            record: Request body; None: an empty body.

        Raises:
            RefusedError: The action is not possible, or the token lacks the right.
        """
        body = msgspec.json.encode(record) if record is not None else None
        headers = {"content-type": "application/json"} if body is not None else {}
        return self._asked("POST", path, kind, content=body, headers=headers)

    def queue(self, **query: Any) -> QueuePage:
        """Get a page of the queue; keywords are the query parameters of its address."""
        return self.get("/queue", QueuePage, query)

    def alert(self, name: str) -> AlertPage:
        """Get an alert, its status and related records."""
        return self.get(f"/alerts/{name}", AlertPage)

    def decide(self, seen: Standing, verdict: Verdict, reason: str, *, note: str = "") -> Standing:
        """Decide an alert.

        Args:
            seen: Status of the alert when the officer looked at it.
            verdict: The decision.
            reason: A reason code of data/rules/decisions.toml.
            note: Free text.

        Raises:
            RefusedError: A colleague has decided it since (status 409), or the reason does not fit.
        """
        told = Decide(verdict=verdict, reason=reason, note=note, seen=seen.decided or 0)
        return self.post(f"/alerts/{seen.alert}/decision", Standing, told)

    def undo(self, seen: Standing) -> Standing:
        """Undo the current decision."""
        told = Undo(seen=seen.decided or 0)
        return self.post(f"/alerts/{seen.alert}/undo", Standing, told)

    def assign(self, name: str, to: str = "") -> Standing:
        """Assign an alert to an account; "": unassign."""
        return self.post(f"/alerts/{name}/assign", Standing, Assign(to=to))

    def audit(self, **query: Any) -> Iterator[AuditPage]:
        """Get the audit log page by page, latest entries first."""
        page = self.get("/audit", AuditPage, query)
        yield page
        while page.more:
            page = self.get("/audit", AuditPage, {**query, "before": page.more})
            yield page

    def verify_audit(self) -> Verified:
        """Have the server verify the whole audit log."""
        return self.post("/audit/verification", Verified)

    def _asked(self, method: str, path: str, kind: type[R], **more: Any) -> R:
        headers = {**self._headers, **more.pop("headers", {})}
        address = f"{self._address}{path}"
        try:
            answer = self._http.request(method, address, headers=headers, **more)
        except httpx.HTTPError as error:
            problem = Problem(
                title="No answer",
                status=0,
                detail=f"{self._address} does not answer: {error}",
                hint="check the address, and that the server runs",
            )
            raise RefusedError(problem) from error
        if answer.is_success:
            return msgspec.json.decode(answer.content, type=kind, dec_hook=read_phrase)
        raise RefusedError(_problem(answer))


def _problem(answer: httpx.Response) -> Problem:
    try:
        return msgspec.json.decode(answer.content, type=Problem)
    except msgspec.DecodeError:
        said = f"answered {answer.status_code} without a reason"
        return Problem(title="Refused", status=answer.status_code, detail=said)
