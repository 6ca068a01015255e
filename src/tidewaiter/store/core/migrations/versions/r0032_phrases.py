"""Reasons and other alert texts become codes with parameters.

Pages parsed stored English in order to translate it, and other programs could not tell what a
reason was based on without doing the same. A sentence that matches no template is kept as written.
The log refers to past versions of an alert by digest, so the hashed record is kept next to the one
with codes.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

from tidewaiter.base.phrases import Phrase, structured
from tidewaiter.store.core.migrations.sentences import phrase_of

revision = "0032"
down_revision = "0031"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
PAGE = 512
_AFTER = "After the decision, seen on "
_DAY = 10  # length of a date


def upgrade() -> None:
    """Convert every stored sentence to a code and its parameters."""
    connection = op.get_bind()
    for name in ("reason", "alert_note"):
        op.add_column(name, sa.Column("code", TEXT, nullable=False, server_default=""))
        op.add_column(name, sa.Column("parameters", TEXT, nullable=False, server_default="{}"))
    op.add_column("alert_version", sa.Column("original", TEXT))
    _payloads(connection)
    _versions(connection)
    _columns(connection, "reason", ("alert", "number"))
    _columns(connection, "alert_note", ("id",))
    for name in ("reason", "alert_note"):
        op.drop_column(name, "text")


def _pages(
    connection: sa.Connection, table: sa.TableClause, keys: tuple[str, ...]
) -> Iterator[list[sa.RowMapping]]:
    """Yield the rows of a table in pages, in key order."""
    order = [table.c[key] for key in keys]
    query, last = sa.select(table).order_by(*order).limit(PAGE), None
    while True:
        wanted = query if last is None else query.where(sa.tuple_(*order) > sa.tuple_(*last))
        page = list(connection.execute(wanted).mappings())
        if not page:
            return
        yield page
        last = [sa.literal(page[-1][key]) for key in keys]


def _columns(connection: sa.Connection, name: str, keys: tuple[str, ...]) -> None:
    """Fill in the phrase columns that their alert did not provide."""
    table = sa.table(name, *map(sa.column, (*keys, "rule", "text", "code", "parameters")))
    for page in _pages(connection, table, keys):
        rows = [
            _row(dict(row), keys, reason_of(row["rule"], row["text"]))
            for row in page
            if not row["code"]
        ]
        if rows:
            connection.execute(_change(table, keys), rows)


def _change(table: sa.TableClause, keys: tuple[str, ...]) -> sa.Update:
    same = [table.c[key] == sa.bindparam(f"b_{key}") for key in keys]
    return (
        table.update()
        .where(*same)
        .values(code=sa.bindparam("code"), parameters=sa.bindparam("parameters"))
    )


def _row(found: Mapping[str, Any], keys: tuple[str, ...], says: Phrase) -> dict[str, Any]:
    told = msgspec.json.encode(says.parameters, enc_hook=structured).decode()
    return {"code": says.code, "parameters": told, **{f"b_{key}": found[key] for key in keys}}


def _payloads(connection: sa.Connection) -> None:
    """Convert alerts, and the rows of their reasons."""
    keys = ("alert", "number")
    alert = sa.table("alert", *map(sa.column, ("id", "payload")))
    reason = sa.table("reason", *map(sa.column, (*keys, "code", "parameters")))
    change = alert.update().where(alert.c.id == sa.bindparam("b_id"))
    for page in _pages(connection, alert, ("id",)):
        rows, reasons = [], []
        for row in page:
            record = msgspec.json.decode(row["payload"], type=dict[str, Any])
            alert_said(record)
            payload = msgspec.json.encode(record, enc_hook=structured).decode()
            rows.append({"b_id": row["id"], "payload": payload})
            for number, each in enumerate(record["reasons"], start=1):
                reasons.append(_row({"alert": row["id"], "number": number}, keys, each["text"]))
        connection.execute(change.values(payload=sa.bindparam("payload")), rows)
        if reasons:
            connection.execute(_change(reason, keys), reasons)


def _versions(connection: sa.Connection) -> None:
    """Keep the record that was hashed: decisions in the log refer to its digest."""
    names = ("alert", "number", "payload", "original")
    version = sa.table("alert_version", *map(sa.column, names))
    same = (
        version.c.alert == sa.bindparam("b_alert"),
        version.c.number == sa.bindparam("b_number"),
    )
    changed = version.update().where(*same)
    change = changed.values(payload=sa.bindparam("payload"), original=sa.bindparam("original"))
    for page in _pages(connection, version, ("alert", "number")):
        rows = [
            {
                "b_alert": row["alert"],
                "b_number": row["number"],
                "original": row["payload"],
                "payload": converted(row["payload"], version_said),
            }
            for row in page
        ]
        connection.execute(change, rows)


def converted(payload: str, change: Callable[[dict[str, Any]], None]) -> str:
    """Return a stored record with its sentences as phrases."""
    record = msgspec.json.decode(payload, type=dict[str, Any])
    change(record)
    return msgspec.json.encode(record, enc_hook=structured).decode()


def alert_said(alert: dict[str, Any]) -> None:
    """Convert the sentences of an alert to phrases."""
    title, texts = alert["title"], {each["text"]: each["rule"] for each in alert["reasons"]}
    named = _named(alert)
    for mention in alert.get("mentions", ()):
        mention["reasons"] = [phrase_of("found", each) for each in mention.get("reasons", ())]
        against = [phrase_of("against", each) for each in mention.get("downgraded", ())]
        mention["downgraded"] = against
    for match in alert.get("parties", ()):
        for side in ("supports", "against"):
            match[side] = [phrase_of("support", each) for each in match.get(side, ())]
        for link in match.get("links", ()):
            link["steps"] = [phrase_of("tie", each) for each in link.get("steps", ())]
    alert["law_open"] = [phrase_of("open", each) for each in alert.get("law_open", ())]
    version_said(alert, named)
    if alert.get("substances"):
        alert["title"] = named.get("title") or phrase_of("title", title)
    else:
        alert["title"] = reason_of(texts.get(title, ""), title)


def version_said(record: dict[str, Any], named: dict[str, Phrase] | None = None) -> None:
    """Convert the sentences of a version of an alert to phrases."""
    for reason in record["reasons"]:
        text = reason["text"]
        reason["text"] = (named or {}).get(text) or reason_of(reason["rule"], text)
    for held in record["law"]:
        held["duties"] = [phrase_of("demanded", each) for each in held.get("duties", ())]
        held["amounts"] = [_amount(each) for each in held.get("amounts", ())]


def reason_of(rule: str, text: str) -> Phrase:
    """Return the phrase of a reason."""
    if text.startswith(_AFTER) and text[len(_AFTER) + _DAY :].startswith(": "):
        day, rest = text[len(_AFTER) :][:_DAY], text[len(_AFTER) + _DAY + 2 :]
        return Phrase("note/after", day=day, told=(phrase_of(f"rule {rule}", rest),))
    return phrase_of(f"rule {rule}", text)


def _amount(text: str) -> Phrase:
    """Return the phrase for a limit and its result for the goods."""
    checks = phrase_of("check", text)
    if checks.code in {"limited/clause", "limited/marked", "check/together"}:
        return checks
    parts = [phrase_of("check", each) for each in text.split("; ")]
    return Phrase("check/all", checks=parts)


def _named(alert: dict[str, Any]) -> dict[str, Phrase]:
    """Parse the title of an alert on a substance, and its legal reason, into their parts.

    The schedule and the matched names determine where the name ends and the instrument begins.
    """
    title, found = alert["title"], dict[str, Phrase]()
    slug = next(iter(alert.get("substances", ())), "")
    core, more = title, 0
    if title.endswith(" more") and " and " in title:
        core, _, count = title.removesuffix(" more").rpartition(" and ")
        more = int(count) if count.isdecimal() else 0
    names = {each["name"] for each in alert.get("mentions", ()) if each["substance"] == slug}
    for held in alert["law"]:
        end = f", {held['schedule']})"
        name = next((each for each in names if core.startswith(f"{each} (")), "")
        if held["substance"] != slug or not name or not core.endswith(end):
            continue
        regime = core[len(name) + 2 : -len(end)]
        told = {"name": name, "regime": regime, "schedule": held["schedule"]}
        whole, written = Phrase("title/listed", **told), f"{name} ({regime}{end}"
        if more:
            whole, written = (
                Phrase("title/more", name=whole, figure=more),
                f"{written} and {more} more",
            )
        if written == title:  # in the wording of that time, whatever the phrases are today
            found["title"] = whole
        begins = f"{name}: {regime}, {held['schedule']}. "
        for reason in alert["reasons"]:
            if reason["rule"] == "control" and reason["text"].startswith(begins):
                listing = reason["text"].removeprefix(begins)
                found[reason["text"]] = Phrase("control", **told, listing=listing)
        return found
    return found
