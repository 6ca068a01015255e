"""`tidewaiter law publish`, `update`, `diff` and `status`, from a publisher to a user."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.law_packs import keep_copy

from tidewaiter.law.packs import SETTING, packs_folder

Call = Callable[..., Result]
CONTROLS = Path("regimes", "lk-precursors", "controls.toml")


@pytest.fixture(autouse=True)
def _packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_LAW", str(tmp_path / "law"))
    monkeypatch.setenv("TIDEWAITER_LAW_PASSPHRASE", "tide")
    monkeypatch.delenv(SETTING, raising=False)


@pytest.fixture
def publisher(here: Path, call: Call) -> Path:
    """Publish the law of the program as 2026.12.02."""
    made = call("law", "publish", "repository", "--keys", "keys", "--new-keys")
    assert "Fingerprint" in made.stdout
    done = call("law", "publish", "repository", "--keys", "keys", "--version", "2026.12.02")
    assert "Packs in repository: 2026.12.02" in done.stdout
    return here / "repository"


def answer_of(result: Result) -> str:
    """Return the answer of the one instrument asked for."""
    (ruling,) = json.loads(result.stdout)["rulings"]
    return str(ruling["answer"])


def changed(version: str) -> None:
    """Put a pack beside, in which Sri Lanka's list has lost acetone, and was compared again."""
    folder = keep_copy(version)
    rows = (folder / CONTROLS).read_text()
    assert rows.count('substance = "acetone"') == 1
    kept = [line for line in rows.splitlines() if 'substance = "acetone"' not in line]
    (folder / CONTROLS).write_text("\n".join(kept))
    instrument = folder / "regimes" / "lk-precursors" / "instrument.toml"
    text = re.sub(r"(?m)^checked = \S+", "checked = 2026-12-03", instrument.read_text())
    instrument.write_text(text)


def test_a_pack_goes_from_a_publisher_to_a_user(publisher: Path, call: Call) -> None:
    """It is trusted by its root, fetched, and switched to; then there is nothing newer."""
    root = str(publisher / "metadata" / "1.root.json")
    refused = call("law", "update", "--from", str(publisher), "--yes")
    assert refused.exit_code == 2
    assert "--root" in refused.stderr
    done = call("law", "update", "--from", str(publisher), "--root", root, "--yes")
    assert done.exit_code == 0, done.stderr
    assert "no differences" in done.stdout
    assert "Law pack 2026.12.02 is in use." in done.stdout
    assert "in use already" in call("law", "update").stdout
    told = json.loads(call("law", "status", "--json").stdout)
    assert (told["pack"], told["source"]) == ("2026.12.02", str(publisher))
    assert [each["version"] for each in told["kept"]] == ["2026.12.02"]
    (line,) = (packs_folder() / "history.jsonl").read_text().splitlines()
    assert json.loads(line)["after"] == "2026.12.02"


def test_the_law_is_that_of_the_pack(call: Call) -> None:
    """A switch shows what changes, changes answers, and can be taken back."""
    changed("2026.12.03")
    ask = ("law", "acetone", "--in", "LK", "--day", "2026-12-02", "--json")
    assert answer_of(call(*ask)) == "controlled"
    kept = call("law", "update", "--use", "2026.12.03")
    assert kept.exit_code == 1  # nobody answers the question
    assert "acetone" in kept.stdout.casefold()
    assert answer_of(call(*ask)) == "controlled"
    done = call("law", "update", "--use", "2026.12.03", "--yes")
    assert done.exit_code == 0, done.stderr
    assert answer_of(call(*ask)) != "controlled"
    assert "Law pack: 2026.12.03" in call("law", "status", "--in", "LK").stdout
    call("law", "update", "--use", "included", "--yes")
    assert answer_of(call(*ask)) == "controlled"


def test_an_old_answer_is_given_again(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the setting that names the pack; then nothing is switched."""
    changed("2026.12.03")
    monkeypatch.setenv(SETTING, "2026.12.03")
    ask = ("law", "acetone", "--in", "LK", "--day", "2026-12-02", "--json")
    assert answer_of(call(*ask)) != "controlled"
    assert call("law", "update", "--use", "included", "--yes").exit_code == 2


def test_the_differences_are_listed(call: Call) -> None:
    """A listing that is gone, and the instrument that was only compared again."""
    changed("2026.12.03")
    done = call("law", "diff", "included", "2026.12.03")
    assert "listings: 1 removed" in done.stdout
    assert "compared with the official texts again: 1 instrument" in done.stdout
    (line,) = call("law", "diff", "included", "2026.12.03", "--json").stdout.splitlines()
    told = json.loads(line)
    assert (told["step"], told["subject"], told["regime"], told["what"]) == (
        "removed",
        "listing",
        "lk-precursors",
        "acetone",
    )
    back = call("law", "diff", "2026.12.03", "included")
    assert "listings: 1 added" in back.stdout
    assert "no differences" in call("law", "diff", "included").stdout
    assert call("law", "diff", "2020.01.01").exit_code == 2


def test_the_status_counts_each_instrument(call: Call) -> None:
    """Rows of the official text, marks and age; only of the places asked for."""
    told = json.loads(call("law", "status", "--in", "VN", "--day", "2026-11-30", "--json").stdout)
    rows = {each["regime"]: each for each in told["instruments"]}
    assert set(rows) == {"vn-drugs", "vn-precursors"}
    row = rows["vn-precursors"]
    assert row["official"] == row["numbers"] == row["listings"] == row["read"] == 79
    assert (row["complete"], row["unverified"]) == (True, 0)
    shown = call("law", "status", "--in", "VN")
    assert "79/79" in shown.stdout
    assert "2 instruments" in shown.stdout
    assert "1 instrument," in call("law", "status", "--in", "LK").stdout
    assert call("law", "status", "--in", "XX").exit_code == 2


def test_a_publisher_renews_what_expires(publisher: Path, call: Call) -> None:
    """And publishes no version twice."""
    assert (
        "expire on" in call("law", "publish", str(publisher), "--keys", "keys", "--refresh").stdout
    )
    again = call("law", "publish", str(publisher), "--keys", "keys", "--version", "2026.12.02")
    assert again.exit_code == 2
    renewed = call("law", "publish", str(publisher), "--keys", "keys", "--renew-root")
    assert "2.root.json" in renewed.stdout
    few = call("law", "publish", "other", "--keys", "k", "--new-keys", "--root-keys", "1")
    assert few.exit_code == 2
