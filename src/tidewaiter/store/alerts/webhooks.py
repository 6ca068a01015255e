"""Webhooks: deliveries are stored in the transaction of their alerts, so that none is lost."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

import msgspec
from sqlalchemy import Select, func, insert, select, update

from tidewaiter.accounts.secrets import checked_url, new_webhook_secret, next_try
from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.casework.notifications import check_channel
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import Alert, Severity

AT_ONCE = 100  # alerts of one message
_ANSWER = 200  # characters

State = Literal["waiting", "told", "given up"]


class Webhook(Record, frozen=True, kw_only=True):
    """Who is told of new alerts; the secret is shown once."""

    id: int
    name: str
    url: str
    severities: tuple[Severity, ...]
    cleared: bool  # told of what is for the authority only
    active: bool
    made: str  # ISO 8601, UTC
    waiting: int  # messages
    given_up: int


class NewWebhook(Record, frozen=True, kw_only=True):
    """A webhook to be made."""

    name: str
    url: str
    severities: tuple[Severity, ...]
    cleared: bool = False


class Delivery(Record, frozen=True, kw_only=True):
    """A message that is due."""

    id: int
    webhook: int
    url: str
    secret: str
    alerts: tuple[str, ...]  # ids
    tries: int  # this one counted


class Tried(Record, frozen=True, kw_only=True):
    """A message, and how far it is."""

    id: int
    webhook: int
    alerts: int
    made: str  # ISO 8601, UTC
    tries: int
    due: str | None
    state: State
    answer: str  # of the last try


def add_webhook(work: Work, new: NewWebhook) -> tuple[Webhook, str]:
    """Make a webhook; return it, and its secret.

    Raises:
        InputError: Its address is none, or what is sent there could be read on the way.
    """
    address = new.url.strip()
    secret = new_webhook_secret()
    row = {
        "name": plain(new.name.strip()),
        "url": plain(address) if check_channel(address) else checked_url(address),
        "secret": secret,
        "severities": msgspec.json.encode(new.severities).decode(),
        "cleared": int(new.cleared),
        "active": 1,
        "made": moment(stamp_of(work).at),
    }
    done = work.connection.execute(insert(tables.webhook).values(**row))
    number = int(done.inserted_primary_key[0])  # type: ignore[index]
    record_change(work, "webhook made", {"webhook": number, "cleared": int(new.cleared)})
    return next(each for each in webhooks(work) if each.id == number), secret


def webhooks(work: Work) -> list[Webhook]:
    """Read all webhooks."""
    d = tables.delivery.c
    counted = select(d.webhook, d.state, func.count()).group_by(d.webhook, d.state)
    counts = {(hook, state): count for hook, state, count in work.connection.execute(counted)}
    rows = work.connection.execute(select(tables.webhook).order_by(tables.webhook.c.id))
    return [
        Webhook(
            id=row["id"],
            name=row["name"],
            url=row["url"],
            severities=_severities(row),
            cleared=bool(row["cleared"]),
            active=bool(row["active"]),
            made=row["made"],
            waiting=counts.get((row["id"], "waiting"), 0),
            given_up=counts.get((row["id"], "given up"), 0),
        )
        for row in rows.mappings()
    ]


def switch_webhook(work: Work, number: int, *, active: bool) -> None:
    """Switch a webhook on or off; what waits for one that is off is not told.

    Raises:
        MissingError: There is none.
    """
    c = tables.webhook.c
    some = update(tables.webhook).where(c.id == number).values(active=int(active))
    if not work.connection.execute(some).rowcount:
        raise MissingError("store/no-webhook", number=number)
    record_change(work, "webhook switched", {"webhook": number, "active": int(active)})


def announce(
    work: Work, new: Sequence[Alert], was: Mapping[str, Severity] = MappingProxyType({})
) -> None:
    """Note for each webhook which new alerts it is to be told of.

    Args:
        work: That of the alerts themselves.
        new: Alerts that are being stored, or whose severity is another now.
        was: The severity before, of the latter: who was told of it is not told again.
    """
    if not new:
        return
    now = moment(stamp_of(work).at)
    rows: list[dict[str, Any]] = []
    c = tables.webhook.c
    for hook in work.connection.execute(select(tables.webhook).where(c.active == 1)).mappings():
        severities = _severities(hook)
        told = [
            alert.id
            for alert in new
            if alert.severity in severities
            and was.get(alert.id) not in severities
            and (hook["cleared"] or not alert.restricted)
        ]
        rows += [
            {
                "webhook": hook["id"],
                "made": now,
                "due": now,
                "tries": 0,
                "state": "waiting",
                "alerts": msgspec.json.encode(told[start : start + AT_ONCE]).decode(),
                "answer": "",
            }
            for start in range(0, len(told), AT_ONCE)
        ]
    if rows:
        work.connection.execute(insert(tables.delivery), rows)


def is_due(work: Work, now: datetime) -> bool:
    """Say whether a message is due; asking holds up no writer."""
    return work.connection.execute(_due(now)).first() is not None


def due_delivery(work: Work, now: datetime) -> Delivery | None:
    """Take the message that has waited longest; it is due again later if this try is cut off.

    Args:
        work: Begun with a stamp.
        now: The moment.
    """
    d = tables.delivery.c
    row = work.connection.execute(_due(now)).one_or_none()
    if row is None:
        return None
    tries = row.tries + 1
    again = next_try(tries, now)
    later = {"tries": tries, "due": moment(again or now)}
    work.connection.execute(update(tables.delivery).where(d.id == row.id).values(**later))
    alerts = msgspec.json.decode(row.alerts, type=tuple[str, ...])
    return Delivery(
        id=row.id, webhook=row.webhook, url=row.url, secret=row.secret, alerts=alerts, tries=tries
    )


def note_delivery(work: Work, done: Delivery, now: datetime, *, told: bool, answer: str) -> None:
    """Note what came of a try.

    Args:
        work: Begun with a stamp.
        done: The message.
        now: The moment.
        told: Whether it was taken.
        answer: In few words.
    """
    again = None if told else next_try(done.tries, now)
    state: State = "told" if told else "waiting" if again else "given up"
    values = {
        "state": state,
        "due": moment(again) if again else None,
        "answer": plain(answer[:_ANSWER]),
    }
    d = tables.delivery.c
    work.connection.execute(update(tables.delivery).where(d.id == done.id).values(**values))
    if state != "waiting":
        said = {"webhook": done.webhook, "delivery": done.id, "tries": done.tries}
        record_change(work, f"webhook {state}", said)


def deliveries(work: Work, webhook: int, *, rows: int = 50) -> list[Tried]:
    """Read the messages of a webhook, the latest first."""
    d = tables.delivery.c
    wanted = select(tables.delivery).where(d.webhook == webhook).order_by(d.id.desc()).limit(rows)
    return [
        Tried(**{**row, "alerts": len(msgspec.json.decode(row["alerts"]))})
        for row in work.connection.execute(wanted).mappings()
    ]


def try_again(work: Work, webhook: int) -> int:
    """Make the messages of a webhook that were given up due at once; return how many.

    Raises:
        MissingError: There is no such webhook.
    """
    if webhook not in {each.id for each in webhooks(work)}:
        raise MissingError("store/no-webhook", number=webhook)
    d, now = tables.delivery.c, moment(stamp_of(work).at)
    some = update(tables.delivery).where(d.webhook == webhook, d.state == "given up")
    done = work.connection.execute(some.values(state="waiting", due=now, tries=0))
    record_change(work, "webhook tried again", {"webhook": webhook, "messages": done.rowcount})
    return done.rowcount


def _due(now: datetime) -> Select[Any]:
    d, w = tables.delivery.c, tables.webhook.c
    joined = tables.delivery.join(tables.webhook, d.webhook == w.id)
    wanted = select(d.id, d.webhook, d.alerts, d.tries, w.url, w.secret).select_from(joined)
    return wanted.where(d.due <= moment(now), w.active == 1).order_by(d.due, d.id).limit(1)


def _severities(row: Any) -> tuple[Severity, ...]:
    return msgspec.json.decode(row["severities"], type=tuple[Severity, ...])
