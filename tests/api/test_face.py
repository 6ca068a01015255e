"""The public face: what importing it loads, what it takes, and that it answers as the commands."""

import csv
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from tests.support.burden_counts import vsrr

import tidewaiter
from tidewaiter import api
from tidewaiter.api import check_claim, identify, law, match, nowcast, open_database, screen
from tidewaiter.api.figures import CLAIMS
from tidewaiter.base.errors import InputError, StoreError, TidewaiterError
from tidewaiter.burden.nowcast.estimates import NOWCAST
from tidewaiter.identify import MENTIONS
from tidewaiter.report.alerts.columns import ALERTS
from tidewaiter.report.parties.exports import MATCHES
from tidewaiter.store.core.database import open_database as open_to_write

ROOT = Path(tidewaiter.__file__).parent
SAMPLE = ROOT / "data" / "samples" / "manifest.csv"
LIST = Path(__file__).parents[1] / "data" / "parties" / "matching.jsonl"
DAY = "2026-11-25"
GOODS = ["PSEUD0EPHEDRlNE HCL, 25 kg drums", "Cotton towels", "Acetic anhydride, IBC"]
_LOADED = "import sys; before = set(sys.modules); import tidewaiter.api; print(*sys.modules)"

Call = Callable[..., Result]


def test_importing_the_face_loads_nothing_heavy() -> None:
    """No library but the standard one is loaded, and of ours what errors and frames need."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    heavy = {"pyarrow", "numpy", "msgspec", "sqlalchemy", "rdkit", "pandas", "polars"}
    assert loaded & heavy == set()
    ours = {name for name in loaded if name.startswith("tidewaiter.")}
    assert ours == {
        "tidewaiter.api",
        "tidewaiter.api.database",
        "tidewaiter.api.frames",
        "tidewaiter.base",
        "tidewaiter.base.errors",
        "tidewaiter.base.safe_text",
    }


def test_the_version_is_told() -> None:
    """It is the one that the package bears."""
    assert tidewaiter.__version__.count(".") == 2


def test_every_name_of_the_face_is_there() -> None:
    """What is promised can be imported, and says what it does."""
    assert [name for name in api.__all__ if not getattr(api, name).__doc__] == []


@pytest.mark.parametrize("way", ["array", "series", "frame", "path"])
def test_mentions_are_the_same_however_texts_come(way: str, tmp_path: Path) -> None:
    """A list, an Arrow column, a pandas Series or frame, and a file of lines answer alike."""
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "goods.txt"
    path.write_text("\n".join(GOODS), encoding="utf-8")
    given = {
        "array": pa.array(GOODS),
        "series": pandas.Series(GOODS),
        "frame": pandas.DataFrame({"goods": GOODS}),
        "path": path,
    }[way]
    found = identify(GOODS)
    assert identify(given) == found
    assert found.table.schema == MENTIONS
    assert found["line"].to_pylist() == [0, 2]


def test_a_file_is_screened_as_by_the_command(call: Call, tmp_path: Path) -> None:
    """Each alert and each refusal is the same as in the command's file."""
    out = tmp_path / "alerts.jsonl"
    refused = tmp_path / "refused.csv"
    call("screen", str(SAMPLE), "--day", DAY, "--out", str(out), "--refused", str(refused))
    alerts = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    frame = screen(SAMPLE, day=DAY)
    assert frame.table.schema == ALERTS
    assert frame["id"].to_pylist() == [each["id"] for each in alerts]
    assert frame["score"].to_pylist() == [each["score"] for each in alerts]
    assert frame["file"].to_pylist() == ["manifest.csv"] * len(alerts)
    assert len(frame.refused) == len(refused.read_text(encoding="utf-8-sig").splitlines()) - 1


def test_a_table_is_screened_as_its_file_is(tmp_path: Path) -> None:
    """The titles of a table are read as those of a file are, and the user may name columns."""
    rows = {"Text": ["Acetic anhydride", "Towels"], "HS code": ["2915.24", "6302.60"]}
    path = tmp_path / "goods.csv"
    path.write_text("Text,HS code\nAcetic anhydride,2915.24\nTowels,6302.60\n", encoding="utf-8")
    columns = {"goods": "Text"}
    ours = screen(pa.table(rows), day=DAY, columns=columns)
    assert len(ours) == 1
    theirs = screen(path, day=DAY, columns=columns)
    for name in ("row", "score", "title", "substances"):
        assert ours[name].to_pylist() == theirs[name].to_pylist()


def test_texts_are_screened_as_goods() -> None:
    """A text, or several, are the descriptions of lines."""
    assert screen(GOODS[2], day=DAY)["substances"].to_pylist() == [["acetic-anhydride"]]
    assert screen([GOODS[1]], day=DAY)["id"].to_pylist() == []


def test_the_law_answers_as_the_command_does(call: Call) -> None:
    """Regime for regime; a text that names nothing has a row that says so."""
    told = json.loads(call("law", "acetone", "--in", "EU,US", "--day", DAY, "--json").stdout)
    frame = law(["acetone", "no such thing at all"], jurisdictions="EU,US", day=DAY)
    ours = [(row["regime"], row["answer"]) for row in frame if row["line"] == 0]
    assert ours == [(each["regime"], each["answer"]) for each in told["rulings"]]
    (last,) = [row for row in frame if row["line"] == 1]
    assert last["answer"] == "not assessable"
    assert last["hint"]


def test_each_destination_is_answered_as_if_alone() -> None:
    """Several destinations give the rows of each, one after the other."""
    several = law("acetone", origin="DE", destination=["MX", "US"], day=DAY)
    alone = [law("acetone", origin="DE", destination=to, day=DAY) for to in ("MX", "US")]
    assert [list(row.values()) for row in several] == [
        list(row.values()) for frame in alone for row in frame
    ]


@pytest.mark.parametrize(
    "options",
    [{"origin": "Nowhere"}, {"form": "soup"}, {"amount": "much"}, {"day": "soon"}],
    ids=str,
)
def test_a_question_that_cannot_be_read_is_refused(options: dict[str, Any]) -> None:
    """Each with a hint of what would do."""
    with pytest.raises(TidewaiterError) as caught:
        law("acetone", **options)
    assert caught.value.hint


def test_parties_are_matched_as_by_the_command(call: Call, tmp_path: Path) -> None:
    """Match for match, from names and from a table with more columns."""
    names = [json.loads(line)["names"][0] for line in LIST.read_text("utf-8").splitlines()[:5]]
    path = tmp_path / "parties.csv"
    path.write_text("\n".join(["name", *(f'"{name}"' for name in names)]), encoding="utf-8")
    out = tmp_path / "m.parquet"
    call("match", "--list", str(LIST), "--file", str(path), "--out", str(out), "--day", DAY)
    frame = match(names, lists=LIST, day=DAY)
    assert frame.table.schema == MATCHES
    assert frame.table.equals(pq.read_table(out))
    assert match([{"name": each} for each in names], lists=str(LIST), day=DAY) == frame


def test_a_restricted_entry_leaves_no_trace_unless_asked_for(call: Call, tmp_path: Path) -> None:
    """Neither a match nor a word of it; who asks for such entries sees them."""
    file, kept, asked = tmp_path / "own.csv", tmp_path / "kept", "Verdeckte Quelle Holding"
    file.write_text(
        "id,kind,name,countries,action,listed,confidential\n"
        f"ZQX-77,organisation,{asked},CY,blocked,2026-02-02,yes\n"
        "OPN-2,organisation,Beispiel Kontor AG,DE,blocked,2026-01-05,no\n",
        encoding="utf-8",
    )
    added = ("lists", "add", str(file), "--as", "own", "--dated", "2026-10-01", "--lists")
    assert call(*added, str(kept)).exit_code == 0
    shut = match(asked, lists=kept, day=DAY)
    assert len(shut) == 0
    assert "estricted" not in repr(shut) + shut._repr_html_()
    (told,) = match(asked, lists=kept, day=DAY, restricted=True)
    assert told["confidential"] is True
    lines = {"Description": ["Towels"], "Consignee": [asked]}
    with pytest.raises(InputError):  # otherwise no party would be screened, without any notice
        screen(lines, day=DAY, lists=tmp_path / "mistyped")
    with pytest.raises(InputError):
        match(asked, lists=kept, threshold=7)
    assert len(screen(lines, day=DAY, lists=kept)) == 0
    (alert,) = screen(lines, day=DAY, lists=kept, restricted=True)
    assert alert["restricted"] is True
    assert alert["parties"][0]["listed_name"] == asked


def test_a_release_is_estimated_from_its_file_and_its_table(tmp_path: Path) -> None:
    """The same release gives the same estimates."""
    path = tmp_path / "release.csv"
    path.write_text(vsrr("2023-12") + "\n", encoding="utf-8")
    frame = nowcast(path)
    assert frame.table.schema == NOWCAST
    assert nowcast(str(path)) == frame
    assert nowcast(_table(path)) == frame
    one = nowcast(path, indicators="overdose")
    assert 0 < len(one) < len(frame)
    assert nowcast(path, earlier=[path]) == frame  # no earlier release


def test_claims_are_set_beside_figures() -> None:
    """A text without a claim raises; among several texts, the error names the one without."""
    text = "nearly 110,000 deaths in 2022"
    frame = check_claim([text, "no number"], said_on="2023-07-07", day=DAY)
    assert frame.table.schema == CLAIMS
    assert frame["verdict"].to_pylist() == ["holds"]
    assert [each["row"] for each in frame.refused] == [2]
    with pytest.raises(InputError):
        check_claim("no number", day=DAY)
    with pytest.raises(InputError):
        check_claim(text, basis="hearsay")


def test_another_process_calls_the_face() -> None:
    """Functions and frames go to a new process and back, as joblib sends them."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(identify, GOODS[2]).result() == identify(GOODS[2])


def test_joblib_calls_the_face() -> None:
    """In its own processes, part by part."""
    joblib = pytest.importorskip("joblib")
    parts = joblib.Parallel(n_jobs=2)(joblib.delayed(identify)(each) for each in GOODS)
    assert [len(each) for each in parts] == [1, 0, 1]


def test_a_database_is_read_and_pickled(tmp_path: Path) -> None:
    """Each kind is a frame; unpickling reopens the database; a missing database is not created."""
    path = tmp_path / "tide.db"
    open_to_write(path).close()
    with open_database(path) as database:
        for ask in (
            database.alerts,
            database.consignments,
            database.parties,
            database.decisions,
            database.cases,
        ):
            assert len(ask()) == 0
        with pickle.loads(pickle.dumps(database)) as again:  # noqa: S301 - our own
            answer = again.sql("SELECT 1 + :more AS sum", more=1)
            assert answer["sum"].to_pylist() == [2]
        with pytest.raises(InputError):
            database.alerts(weight=1)
    with pytest.raises(StoreError):
        open_database(str(tmp_path / "none.db"))


def _table(path: Path) -> pa.Table:
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(head)})
