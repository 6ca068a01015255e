"""What decisions taught beside the score: in each output, with nothing else changed."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from tests.support.raising import says
from tools.made_model import model

from tidewaiter.casework.ranking.model import write_model
from tidewaiter.cli.core.main import main

_LINES = """consignment,goods,hs,net
C1,ephedrine hydrochloride,293941,500 kg
C2,cotton socks,611596,80 kg
C3,acetone,291411,5 kg
"""


def test_a_ranker_stands_beside_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Number and reasons are separate fields; score, order and everything else are unchanged."""
    monkeypatch.setenv("TIDEWAITER_STATE", str(tmp_path / "state"))
    manifest, folder = tmp_path / "manifest.csv", tmp_path / "taught"
    manifest.write_text(_LINES, encoding="utf-8")
    folder.mkdir()
    refused = CliRunner().invoke(main, ["screen", str(manifest), "--ranker", str(folder)])
    assert (refused.exit_code, says(refused.stderr, "casework/no-model-in-folder")) == (2, True)
    (folder / "ranker.json").write_bytes(write_model(model()))
    told: dict[str, Path] = {}
    for name in ("plain.jsonl", "a.jsonl", "a.csv", "a.parquet"):
        told[name] = tmp_path / name
        more = [] if name == "plain.jsonl" else ["--ranker", str(folder)]
        report = ["--report", str(tmp_path / "r.html")] if name == "a.csv" else []
        said = [
            "screen",
            str(manifest),
            "--day",
            "2026-03-01",
            "--workers",
            "1",
            *more,
            *report,
            "--out",
            str(told[name]),
        ]
        made = CliRunner().invoke(main, said)
        assert made.exit_code == 0, made.stderr
    plain = [json.loads(line) for line in told["plain.jsonl"].read_text("utf-8").splitlines()]
    lines = [json.loads(line) for line in told["a.jsonl"].read_text("utf-8").splitlines()]
    first = [each["learned"] for each in lines]
    assert [{**each, "learned": None} for each in plain] == [
        {**each, "learned": None} for each in lines
    ]
    assert not any("learned" in each for each in plain)
    assert first[0]["chance"] > first[-1]["chance"]
    with told["a.csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["learned"] for row in rows] == [f"{each['chance']:.3f}" for each in first]
    assert "the substance ephedrine (odds x4.5)" in rows[0]["learned_why"]
    kept = pq.read_table(told["a.parquet"]).to_pylist()
    assert [row["learned"]["chance"] for row in kept] == [each["chance"] for each in first]
    assert "Ranking model" in (tmp_path / "r.html").read_text(encoding="utf-8")
