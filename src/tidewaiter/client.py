"""The HTTP client for other programs: the records that the pages show, as Python objects."""

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
    """An installation does not do what was asked; `status` is that of HTTP.

    It says so in the installation's words; `problem.code` is the code of its error.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(AS_REPORTED, at=problem.at, text=problem.detail, hint=problem.hint)
        self.problem = problem
        self.status = problem.status


class Client:
    """An installation, as a program with a token sees it; close it, or use it in a `with`.

    Args:
        address: Like ``https://tide.example``.
        token: The secret that was shown when the token was made.
        http: What asks; None: a client of its own.
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
        """Close the connections; a client that was given is its giver's to close."""
        if self._is_own:
            self._http.close()

    def get(self, path: str, kind: type[R], query: Mapping[str, Any] | None = None) -> R:
        """Ask for the record of a page.

        Args:
            path: Of the page, without ".json".
            kind: The record.
            query: Of the address.

        Raises:
            RefusedError: It is not there, or the token has not the right for it.
        """
        return self._asked("GET", f"{path}.json", kind, params=query)

    def post(self, path: str, kind: type[R], record: Record | None = None) -> R:
        """Do something, and return what came of it.

        Args:
            path: Of the action.
            kind: The record of the answer.
            record: What is sent.

        Raises:
            RefusedError: It cannot be done, or the token has not the right for it.
        """
        body = msgspec.json.encode(record) if record is not None else None
        headers = {"content-type": "application/json"} if body is not None else {}
        return self._asked("POST", path, kind, content=body, headers=headers)

    def queue(self, **query: Any) -> QueuePage:
        """Read a page of the queue; the names are those of its address."""
        return self.get("/queue", QueuePage, query)

    def alert(self, name: str) -> AlertPage:
        """Read an alert, where it stands, and what stands around it."""
        return self.get(f"/alerts/{name}", AlertPage)

    def decide(self, seen: Standing, verdict: Verdict, reason: str, *, note: str = "") -> Standing:
        """Decide of an alert.

        Args:
            seen: Where it stood when the officer looked.
            verdict: What is decided.
            reason: A code of data/rules/decisions.toml.
            note: Words of one's own.

        Raises:
            RefusedError: Another has decided since (status 409), or the reason does not fit.
        """
        told = Decide(verdict=verdict, reason=reason, note=note, seen=seen.decided or 0)
        return self.post(f"/alerts/{seen.alert}/decision", Standing, told)

    def undo(self, seen: Standing) -> Standing:
        """Take back the decision that stands."""
        told = Undo(seen=seen.decided or 0)
        return self.post(f"/alerts/{seen.alert}/undo", Standing, told)

    def assign(self, name: str, to: str = "") -> Standing:
        """Say who is to look at an alert; "": nobody."""
        return self.post(f"/alerts/{name}/assign", Standing, Assign(to=to))

    def audit(self, **query: Any) -> Iterator[AuditPage]:
        """Read the audit page by page, the latest entries first."""
        page = self.get("/audit", AuditPage, query)
        yield page
        while page.more:
            page = self.get("/audit", AuditPage, {**query, "before": page.more})
            yield page

    def verify_audit(self) -> Verified:
        """Have the whole audit recomputed."""
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
