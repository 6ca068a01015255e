"""A database from before phrases: its sentences become codes, and none is lost."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import msgspec
import pytest
from alembic import command
from msgspec import structs
from sqlalchemy import select, text

from tidewaiter.base.phrases import Phrase, as_written, english, english_json
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.core import revisions, tables
from tidewaiter.store.core.database import Stamp, Work, open_database
from tidewaiter.store.core.migrations.versions.r0032_phrases import (
    alert_said,
    down_revision,
    reason_of,
    revision,
)
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import Alert, Holding, Mention, Reason

MENTION = Mention(
    substance="acetone",
    name="Acetone",
    cas="67-64-1",
    field="goods",
    start=0,
    end=7,
    text="acetone",
    how="exact",
    tier="strong",
    score=0.98,
    reasons=(
        Phrase(
            "found/edit-listed",
            name="acetone",
            steps=(Phrase("edit/missing", written="e", figure=7),),
        ),
    ),
)
HELD = Holding(
    substance="acetone",
    regime="un-1988",
    schedule="Table II",
    since=date(1992, 11, 23),
    scope="",
    source="s",
    mark="read",
    duties=(
        Phrase(
            "demanded/plain",
            direction="import",
            demand=Phrase("demand/working", duty="import permit", figure=15),
        ),
    ),
)
TOLD = {
    "name": "Acetone",
    "regime": "UN Convention of 1988, Tables I and II",
    "schedule": "Table II",
}
REASONS = (
    Reason(
        rule="control",
        says=Phrase("control", **TOLD, listing="Solvent, acid or reagent of wide use"),
        points=10,
        source="s",
    ),
    Reason(
        rule="exact",
        says=Phrase("exact", name="Acetone", field="description"),
        points=20,
        source="s",
    ),
    Reason(rule="exact", says=as_written("A sentence of an authority's own"), points=0, source="s"),
)


OPEN = Phrase("open/unloaded", land="AR")
OLD = {
    MENTION.reasons[0]: '1 edit from "acetone": "e" missing at 7',
    HELD.duties[0]: "import: import permit, 15 working days",
    REASONS[1].says: "Acetone stands in the description",
    OPEN: "no law of AR is loaded",
}
"""Sentences reworded since revision 0031."""


def _before(work: Work, alerts: list[Alert]) -> None:
    """Put the rows back as revision 0031 had them: sentences in the English of that time."""
    old = {english(phrase): text for phrase, text in OLD.items()}
    run = work.connection.execute
    for name in ("reason", "alert_note"):
        run(text(f"ALTER TABLE {name} ADD COLUMN text TEXT NOT NULL DEFAULT ''"))
    for alert in alerts:
        run(
            text("UPDATE alert SET payload = :payload WHERE id = :id"),
            {"payload": _worded(english_json(alert).decode(), old), "id": alert.id},
        )
        for number, reason in enumerate(alert.reasons, start=1):
            run(
                text("UPDATE reason SET text = :text WHERE alert = :id AND number = :number"),
                {
                    "text": old.get(english(reason.says), english(reason.says)),
                    "id": alert.id,
                    "number": number,
                },
            )
    for name in ("reason", "alert_note"):
        for column in ("code", "parameters"):
            run(text(f"ALTER TABLE {name} DROP COLUMN {column}"))
    run(text("ALTER TABLE alert_version DROP COLUMN original"))
    run(text("UPDATE tidewaiter_revision SET version_num = :v"), {"v": down_revision})


def _worded(payload: str, old: Mapping[str, str]) -> str:
    """Put the old sentences into a record, each of which it holds."""
    for new, text_ in old.items():
        said = msgspec.json.encode(new).decode()
        assert said in payload
        payload = payload.replace(said, msgspec.json.encode(text_).decode())
    return payload


def test_stored_sentences_become_codes(
    blank: str, stamp: Stamp, reading: tuple[Source, Run], make_batch: Callable[[int, int], Batch]
) -> None:
    """What no template of ours fits is kept as it is written."""
    with open_database(blank) as database, database.work(stamp) as work:
        facts = {
            "title": Phrase("title/listed", **TOLD),
            "mentions": (MENTION,),
            "law": (HELD,),
            "reasons": REASONS,
            "law_open": (OPEN,),
        }
        batch = make_batch(1, 3)
        found = [structs.replace(each, **facts) for each in batch.alerts]
        add_batch(work, begin_screening(work, *reading).id, structs.replace(batch, alerts=found))
        ids = [each.id for each in found]
        alerts = alerts_of(work, ids)
        _before(work, alerts)
        command.upgrade(revisions._config(work.connection), revision)
        assert alerts_of(work, ids) == alerts
        c = tables.reason.c
        rows = work.connection.execute(
            select(c.code, c.parameters).order_by(c.alert, c.number)
        ).all()
        assert [row.code for row in rows[:3]] == ["control", "exact", "as-written"]
        assert msgspec.json.decode(rows[1].parameters) == {
            "name": "Acetone",
            "field": "description",
        }


@pytest.mark.parametrize(
    ("rule", "written", "says"),
    [
        (
            "cas-digit",
            "The CAS number 1-2-3 is wrong: its check digit fails",
            Phrase("cas-digit", cas="1-2-3"),
        ),
        ("cas-digit", "Something else", as_written("Something else")),
        (
            "detour",
            "After the decision, seen on 2026-12-01: Far.",
            Phrase("note/after", day="2026-12-01", told=(as_written("Far."),)),
        ),
        (
            "more",
            "Acetone is named too (turned off by reyes from 2026-11-25 on: noisy)",
            Phrase(
                "switched/off",
                text=Phrase("more", name="Acetone"),
                by="reyes",
                since="2026-11-25",
                why="noisy",
            ),
        ),
    ],
)
def test_a_sentence_is_read_back_once(rule: str, written: str, says: Phrase) -> None:
    """Notes after a decision and rules that were turned down say again all that they said."""
    made = reason_of(rule, written)
    assert made == says
    assert [each for each in _filled_in(made) if each not in written] == []
    assert [each for each in _filled_in(made) if each not in english(made)] == []


def _filled_in(phrase: Phrase) -> Iterator[str]:
    """Yield every name, number and quote in a phrase."""
    for value in phrase.parameters.values():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Phrase):
                yield from _filled_in(each)
            else:
                yield str(each)


@pytest.mark.parametrize("more", [0, 2])
def test_a_title_is_parted_in_the_words_of_its_time(more: int) -> None:
    """A comma in an instrument does not move its schedule, and no phrase of today is asked."""
    title = "Acetone (Convention of 1988, Tables I and II, Table II)"
    record = {
        "title": f"{title} and {more} more" if more else title,
        "substances": ["acetone"],
        "mentions": [{"name": "Acetone", "substance": "acetone"}],
        "law": [{"substance": "acetone", "schedule": "Table II"}],
        "reasons": [],
    }
    alert_said(record)
    listed = Phrase(
        "title/listed",
        name="Acetone",
        regime="Convention of 1988, Tables I and II",
        schedule="Table II",
    )
    assert record["title"] == (Phrase("title/more", name=listed, figure=2) if more else listed)
