"""Outcomes: what a ranker learns from in a database, and the commands from there on."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import structs
from tests.found import decide_each
from tests.support.raising import message_of

from tidewaiter.casework.ranking import training
from tidewaiter.casework.ranking.settings import load_ranker_settings
from tidewaiter.cli.core.main import main
from tidewaiter.report.alerts.exports import json_line
from tidewaiter.store.alerts.bulk_decisions import decide_many
from tidewaiter.store.alerts.decisions import Wanted
from tidewaiter.store.alerts.result_entry import add_result
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.ranking import alerts_in, outcomes
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.store.selection import Days
from tidewaiter.trade.rules.results import Observed
from tidewaiter.trade.types import Alert

LOOK = Observed(
    kind="inspection",
    outcome="as-declared",
    day=date(2026, 3, 1),
    person="Team 4",
    checks=("opened",),
)
FOUND = structs.replace(LOOK, outcome="not-as-declared")
CONFIRM = Wanted(verdict="confirm", reason="mislabelled")
OTHER = Wanted(verdict="dismiss", reason="other-goods")
WRONG = Wanted(verdict="dismiss", reason="wrong-data")
Make = Callable[..., Alert]
MakeBatch = Callable[[int, int], Batch]


def test_a_result_counts_before_a_decision(
    database: Database, stamp: Stamp, reading: tuple[Source, Run], make_batch: MakeBatch
) -> None:
    """What says nothing of the goods teaches nothing; restricted alerts neither."""
    with database.work(stamp) as work:
        batch = make_batch(1, 7)
        secret = structs.replace(batch.alerts[6], restricted=True)
        batch = structs.replace(batch, alerts=[*batch.alerts[:6], secret])
        add_batch(work, begin_screening(work, *reading).id, batch)
        decide_each(work, ["alert-1", "alert-2", "alert-7"], CONFIRM)
        decide_each(work, ["alert-3"], OTHER)
        decide_each(work, ["alert-4"], WRONG)
        add_result(work, "alert-2", LOOK)
        add_result(work, "alert-5", FOUND)
    with database.work() as work:
        found = {each.alert: (each.hit, each.by_result) for each in outcomes(work, Days())}
        assert len(list(alerts_in(work, Days()))) == 6
        assert not list(outcomes(work, Days(last=date(2026, 2, 28))))
        first = next(iter(outcomes(work, Days())))
    assert found == {
        "alert-1": (True, False),
        "alert-2": (False, True),
        "alert-3": (False, False),
        "alert-5": (True, True),
    }
    assert (first.score, first.values["rule named"], first.day) == (60, 40.0, date(2026, 3, 1))


@pytest.fixture
def place(tmp_path: Path, stamp: Stamp, reading: tuple[Source, Run], make_batch: MakeBatch) -> str:
    """Store 320 alerts, of which 120 were inspected: those on ephedrine were right."""
    path = str(tmp_path / "cases.db")
    batch = make_batch(1, 320)
    alerts = [
        structs.replace(each, substances=("ephedrine",)) if each.row % 4 == 0 else each
        for each in batch.alerts
    ]
    with open_database(path) as database, database.work(stamp) as work:
        batch = structs.replace(batch, alerts=alerts, refusals=[])
        add_batch(work, begin_screening(work, *reading).id, batch)
        right = [each.row % 4 == 0 or each.row % 20 == 1 for each in alerts]
        for each, hit in zip(alerts[:120], right[:120], strict=True):
            add_result(work, each.id, FOUND if hit else LOOK)
        for wanted, kind in ((CONFIRM, True), (OTHER, False)):
            some = [
                each.id
                for each, hit in zip(alerts, right, strict=True)
                if hit is kind and each.row > 120
            ]
            decide_each(work, some, wanted)
    return path


def test_a_model_is_trained_applied_and_watched(
    place: str, tmp_path: Path, make_alert: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the commands: what was learned adds points to an alert like those that were right."""
    quick = structs.replace(load_ranker_settings(), rounds=(10, 30), pairs=(0,))
    monkeypatch.setattr(training, "load_ranker_settings", lambda: quick)
    model, alerts, out = (str(tmp_path / name) for name in ("m.json", "a.jsonl", "r.jsonl"))
    made = CliRunner().invoke(main, ["ranker", "train", "--db", place, "--out", model])
    assert made.exit_code == 0, made.stderr
    assert "trained on 320 alerts" in made.stderr
    assert "120 by inspection or laboratory" in made.stderr
    shown = CliRunner().invoke(main, ["ranker", "show", model]).stdout
    assert "  ephedrine (" in shown
    some = [make_alert(900, substances=("ephedrine",)), make_alert(901)]
    Path(alerts).write_bytes(b"".join(json_line(each) for each in some))
    applied = CliRunner().invoke(main, ["ranker", "apply", alerts, "--model", model, "--out", out])
    assert "2 alerts; points added to 1" in applied.stderr
    first = json.loads(Path(out).read_text(encoding="utf-8").splitlines()[0])
    assert first["reasons"][-1]["rule"] == "learned"
    assert first["score"] == 60 + first["reasons"][-1]["points"] <= 75
    watched = CliRunner().invoke(main, ["ranker", "watch", "--db", place, "--model", model])
    assert "the probabilities agree with the outcomes" in watched.stdout
    seed = ["select", "seed", str(tmp_path / "day.seed"), "--db", place]
    promised = CliRunner().invoke(main, seed).stdout.strip()
    listed = [
        "select",
        "--db",
        place,
        "--quota",
        "5%",
        "--seed-file",
        str(tmp_path / "day.seed"),
        "--out",
        str(tmp_path / "of-db.csv"),
    ]
    assert "320 lines, a quota of 16: 2 random" in CliRunner().invoke(main, listed).stderr
    with open_database(place) as database, database.work() as work:
        noted = list(audit_entries(work))[-2:]
    assert [each.action for each in noted] == ["seed promised", "inspection list made"]
    assert all(promised in each.details for each in noted)
    select = [
        "select",
        alerts,
        "--quota",
        "1",
        "--random",
        "0%",
        "--least-random",
        "0%",
        "--ranker",
        model,
        "--out",
        str(tmp_path / "list.csv"),
    ]
    assert "1 explore" in CliRunner().invoke(main, select).stderr


def test_too_few_outcomes_make_no_model(
    tmp_path: Path,
    reading: tuple[Source, Run],
    make_batch: MakeBatch,
    stamp: Stamp,
) -> None:
    """The command says what is missing, and writes nothing."""
    path = str(tmp_path / "few.db")
    with open_database(path) as few, few.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, make_batch(1, 3))
    out = tmp_path / "m.json"
    result = CliRunner().invoke(main, ["ranker", "train", "--db", path, "--out", str(out)])
    assert (result.exit_code, out.exists()) == (2, False)
    message = message_of("casework/too-few-outcomes", count=0, least=300)
    assert message in result.stderr


def test_what_was_decided_in_one_act_teaches_once(
    database: Database, stamp: Stamp, reading: tuple[Source, Run], make_batch: MakeBatch
) -> None:
    """A model gets one example for it, and each result singly; other decisions are unchanged."""
    names = [f"alert-{row}" for row in range(1, 31)]
    with database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, make_batch(1, 40))
        wanted = structs.replace(OTHER, note="salt of one sender")
        assert decide_many(work, names, wanted, last=0).decided == len(names)
        decide_each(work, ["alert-31", "alert-32"], OTHER)
        add_result(work, "alert-9", FOUND)
    with database.work() as work:
        found = {each.alert: each.by_result for each in outcomes(work, Days())}
    assert found == {"alert-1": False, "alert-9": True, "alert-31": False, "alert-32": False}
