"""Sending: the thread that tells webhooks of new alerts, and tries again where nobody answers."""

import logging
import threading
from datetime import datetime

import httpx
import msgspec

from tidewaiter.accounts.webhooks import signature
from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Severity
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.webhooks import Delivery, due_delivery, is_due, note_delivery
from tidewaiter.web.node import Node

_LOG = logging.getLogger("tidewaiter.web")
_PAUSE = 2.0  # seconds between two looks
_SECONDS = 10.0  # for an answer


class AlertTold(Record, frozen=True, kw_only=True):
    """What a message tells of an alert; the rest is behind the link, for who may see it."""

    id: str
    severity: Severity
    title: str
    consignment: str
    due: str | None
    link: str


class Message(Record, frozen=True, kw_only=True):
    """What is sent."""

    type: str
    timestamp: str  # ISO 8601, UTC
    alerts: tuple[AlertTold, ...]


class Sender:
    """Tells webhooks of new alerts, from start to stop."""

    def __init__(self, node: Node, http: httpx.Client | None = None) -> None:
        self._node = node
        self._http = http or httpx.Client(timeout=_SECONDS, follow_redirects=False)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the message that is being sent."""
        self._stop.set()
        self._thread.join(_SECONDS + _PAUSE)
        self._http.close()

    def send_due(self) -> int:
        """Send every message that is due; return how many were tried."""
        tried = 0
        while not self._stop.is_set():
            now = self._node.now()
            with self._node.read() as work:
                due = is_due(work, now)
            if not due:
                return tried
            with self._node.change(None) as work:
                taken = due_delivery(work, now)
            if taken is None:  # another server was faster
                continue
            tried += 1
            told, answer = self._send(taken, now)
            with self._node.change(None) as work:
                note_delivery(work, taken, self._node.now(), told=told, answer=answer)
        return tried

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.send_due()
            except TidewaiterError as error:  # the database is locked or away: later
                _LOG.warning("webhooks wait: %s", error)
            self._stop.wait(_PAUSE)

    def _send(self, due: Delivery, now: datetime) -> tuple[bool, str]:
        body = msgspec.json.encode(self._message(due, now))
        message = f"msg_{due.id}"
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(due.secret, message, now, body),
        }
        try:
            with self._http.stream("POST", due.url, content=body, headers=headers) as answer:
                return answer.is_success, f"answered {answer.status_code}"
        except httpx.HTTPError as error:
            return False, f"no answer: {type(error).__name__}"

    def _message(self, due: Delivery, now: datetime) -> Message:
        with self._node.read() as work:
            found = alerts_of(work, due.alerts)
        told = tuple(
            AlertTold(
                id=each.id,
                severity=each.severity,
                title=each.title,
                consignment=each.consignment,
                due=each.due.isoformat() if each.due else None,
                link=self._node.address(f"/alerts/{each.id}"),
            )
            for each in found
        )
        return Message(type="alerts.new", timestamp=now.isoformat(), alerts=told)
