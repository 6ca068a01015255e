"""Another law pack: what it touches is all that a screening of every line would find."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.found import alerts
from tests.support.law_packs import keep_copy

from tidewaiter.base.phrases import english
from tidewaiter.law.packs import SETTING, packs_folder
from tidewaiter.store.core.database import open_database
from tidewaiter.trade.types import Alert
from tidewaiter.transport.law_packs.archive import switch_to

Desk = Any  # of the conftest beside
DAY = date(2026, 12, 1)
REGIMES = Path("regimes")
GOODS = (
    "acetone, 20 drums",
    "acetic anhydride, 25 kg",
    "ephedrine hydrochloride",
    "potassium permanganate 99 %",
    "steel bolts",
    "paper",
)
ROUTES = (("DE", "MX"), ("CN", "US"), ("IN", "CO"), ("", ""))


@pytest.fixture(autouse=True)
def _packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_LAW", str(tmp_path / "law"))
    monkeypatch.delenv(SETTING, raising=False)


def _rewrite(file: Path, pattern: str, text: str) -> None:
    content, count = re.subn(pattern, text, file.read_text(), flags=re.MULTILINE)
    assert count
    file.write_text(content)


def unlisted(folder: Path) -> None:
    """Acetone leaves Table II."""
    _rewrite(folder / REGIMES / "un-1988" / "controls.toml", r'^.*substance = "acetone".*\n', "")


def compared(folder: Path) -> None:
    """The law of the Union is compared with its text again, two weeks earlier than before."""
    file = folder / REGIMES / "eu-precursors" / "instrument.toml"
    _rewrite(file, r"^checked = \S+", "checked = 2026-11-11")


def unlimited(folder: Path) -> None:
    """The United States drop all thresholds."""
    (folder / REGIMES / "us-listed-chemicals" / "amounts.toml").write_text("")


def named(folder: Path) -> None:
    """Acetone gets another name."""
    file = folder / "substances" / "acetone.toml"
    _rewrite(file, r'^name = "Acetone"', 'name = "Acetone of the trade"')


def unchanged(folder: Path) -> None:
    """The same law, with a note."""
    file = folder / "pack.json"
    file.write_text(file.read_text().replace("}", ', "note": "again"}'))


def free(folder: Path) -> None:
    """Potassium permanganate is in no list."""
    for file in folder.glob("regimes/*/controls.toml"):
        kept = re.sub(r'(?m)^.*substance = "potassium-permanganate".*\n', "", file.read_text())
        file.write_text(kept)


def _told(found: list[Alert]) -> list[str]:
    return sorted(
        f"{alert.id} {alert.score} {'; '.join(english(each.says) for each in alert.reasons)}"
        for alert in found
    )


@pytest.mark.parametrize(
    ("change", "lines"),
    [(unlisted, 4), (free, 4), (compared, 16), (unlimited, 16), (named, None), (unchanged, 0)],
)
def test_what_a_pack_touches_is_all_that_is_new(
    change: Callable[[Path], None], lines: int | None, tmp_path: Path, desk: Desk
) -> None:
    """Both ways find the same alerts; lines that name nothing are not screened again."""
    rows = ["consignment,goods,origin,destination"]
    for number, (sender, receiver) in enumerate(ROUTES):
        rows += [f'C{number},"{goods}",{sender},{receiver}' for goods in GOODS]
    path = tmp_path / "past.csv"
    path.write_text("\n".join(rows) + "\n")
    with open_database(tmp_path / "a.db") as database:
        desk.screen(database, None, path, DAY)
    shutil.copy(tmp_path / "a.db", tmp_path / "b.db")
    change(keep_copy("2026.12.02"))
    switch_to("2026.12.02")
    results = []
    for name, whole in (("a.db", False), ("b.db", True)):
        with open_database(tmp_path / name) as database:
            made, new, _, count = desk.again(database, None, DAY, whole=whole)
            with database.work() as work:
                held = alerts(work, rows=1_000)
            if whole:
                assert count == len(rows) - 1
            elif lines is None:
                assert made.plan.why == "the registry of substances or law was updated"
            else:
                assert (made.plan.why, count) == ("", lines)
            results.append((_told(new), _told(held)))
            assert desk.again(database, None, DAY)[1:] == ([], [], 0)
    assert results[0] == results[1]


def test_without_the_earlier_pack_everything_is_screened(tmp_path: Path, desk: Desk) -> None:
    """As nobody knows what it held."""
    path = tmp_path / "past.csv"
    path.write_text("goods\nacetone\npaper\n")
    unlisted(keep_copy("2026.12.02"))
    switch_to("2026.12.02")
    with open_database(tmp_path / "a.db") as database:
        desk.screen(database, None, path, DAY)
        switch_to("included")
        shutil.rmtree(packs_folder() / "packs")
        made, _, _, count = desk.again(database, None, DAY)
        assert made.plan.why == "the registry of substances or law was updated"
        assert count == 2
