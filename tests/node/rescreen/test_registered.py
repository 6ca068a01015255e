"""A screening that asks a register goes on after a stop as if there had been none."""

from datetime import UTC, date, datetime
from pathlib import Path

from tests.support.notices import changed
from tests.support.register import ENTRIES, PERMIT, registry

from tidewaiter.base.files import hash_file
from tidewaiter.base.resources import data
from tidewaiter.bulk.journal import read_journal
from tidewaiter.bulk.screening import Settings
from tidewaiter.exchange.register.screening import Kept, RegisterDesk
from tidewaiter.exchange.register.types import Register
from tidewaiter.node.context import screen_file
from tidewaiter.node.file_screening import FileJob
from tidewaiter.node.rescreen.again import screen_again
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.register.entries import add_entries
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import Alert, ReadOptions

DAY = date(2026, 4, 8)
LINE = "ephedrine,30 kg,DE,Química Ejemplo,MX,QEJ-010101-AB1,IA 26/01\n"
TITLES = "goods,net,exporter_country,importer,importer_country,importer_id,licences\n"
FREE = tuple(changed(each, sites=()) if hasattr(each, "stops") else each for each in ENTRIES)


def _desk(digest: str = "a") -> RegisterDesk:
    kept = Kept(country="MX", register=Register(entries=FREE), digest=digest)
    return RegisterDesk(kept, registry(), load_alert_rules(), DAY)


def _screened(path: Path, journal: Path, *, stop: int = 100, digest: str = "a") -> list[str]:
    settings = Settings(day=DAY, file=path.name, sha256=hash_file(path))
    options = ReadOptions(batch_rows=1)
    steps = screen_file(
        FileJob(path=path, options=options, settings=settings, journal=journal),
        None,
        register=_desk(digest),
    )
    for at, _ in enumerate(steps, 1):
        if at == stop:
            break
    steps.close()  # type: ignore[attr-defined]
    found = (each for each in read_journal(journal) if isinstance(each, Alert))
    return [reason.rule for each in found for reason in each.reasons if "register" in reason.rule]


def test_what_was_answered_before_a_stop_takes_of_what_is_left(tmp_path: Path) -> None:
    """For 100 kg three lines of 30 kg are covered and the fourth is not, interrupted or not.

    A journal that was written with another register is restarted.
    """
    path = tmp_path / "manifest.csv"
    path.write_text(TITLES + LINE * 4)
    assert PERMIT.amount.mass_mg == 100_000_000
    whole = _screened(path, tmp_path / "whole")
    assert whole == ["register-covered"] * 3 + ["register-exceeded"]
    assert _screened(path, tmp_path / "stopped", stop=2) == whole[:2]
    assert _screened(path, tmp_path / "stopped") == whole
    assert _screened(path, tmp_path / "stopped", stop=1, digest="b") == whole[:1]


def test_new_alerts_of_past_lines_are_asked_about_too(database: Database, tmp_path: Path) -> None:
    """Where the database keeps a register."""
    path = tmp_path / "manifest.csv"
    path.write_text(TITLES + LINE)
    strict = tmp_path / "strict.toml"
    ours = data("rules", "alerts.toml").read_text("utf-8")
    levels = {
        "critical = 80": "critical = 99",
        "high = 60": "high = 98",
        "medium = 40": "medium = 97",
        "low = 15": "low = 96",
    }
    for here, there in levels.items():
        ours = ours.replace(here, there)
    strict.write_text(ours, "utf-8")
    early = Settings(day=DAY, file=path.name, sha256=hash_file(path), rules=strict)
    screening = screen_file(
        FileJob(path=path, options=ReadOptions(), settings=early, journal=tmp_path / "j"), database
    )
    assert [step.new for step in screening] == [()]
    with database.work(Stamp(who="officer", at=datetime(2026, 4, 8, tzinfo=UTC))) as work:
        add_entries(work, "MX", FREE)
    now = Settings(day=DAY, file="", sha256="")
    with screen_again(database, now, whole=True) as again:
        new = [alert for _, found in again.batches() for alert in found]
    assert [each.reasons[-1].rule for each in new] == ["register-covered"]
