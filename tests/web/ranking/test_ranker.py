"""What decisions taught: on the alert, on its page, and in the queue; beside the rules always."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk
from tests.web.sent import read, sent
from tools.made_model import model

from tidewaiter.casework.ranking import model as explaining
from tidewaiter.casework.ranking.model import Ranker, explain, write_model
from tidewaiter.trade.types import Alert, Learned
from tidewaiter.web.core.node import Node
from tidewaiter.web.ranking.model_cache import Taught

_LIST = """lane,arm,why,draw,key,alert,outcome,day
red,random,,0a,m#1,,as-declared,2026-11-24
red,random,,0b,m#2,,not-as-declared,2026-11-24
red,score,,0c,m#3,,,
"""


@pytest.fixture
def folder(node: Node, tmp_path: Path) -> Path:
    """Name a folder of the ranker, with a model in it."""
    place = tmp_path / "taught"
    place.mkdir()
    (place / "ranker.json").write_bytes(write_model(model()))
    node.taught = Taught(place)
    return place


def test_an_alert_tells_what_decisions_taught(
    node: Node, desk: Callable[..., Desk], folder: Path
) -> None:
    """Beside the reasons, with the day of training; score, rank and order are as without."""
    anna = desk("analyst")
    node.taught = Taught(None)
    row = anna.get("/queue.json").json()["rows"][0]["alert"]
    bare = anna.get(f"/alerts/{row['id']}.json").json()
    assert ("learned" in bare["alert"], bare["drifted"]) == (False, None)
    assert "Ranking model" not in anna.get(f"/alerts/{row['id']}").text.split("<main")[1]
    node.taught = Taught(folder)
    told = anna.get(f"/alerts/{row['id']}.json").json()
    learned = told["alert"].pop("learned")
    assert told["alert"] == bare["alert"] == row
    assert (learned["decided"], learned["made"], told["drifted"]) == (810, "2026-03-01", True)
    page = anna.get(f"/alerts/{row['id']}").text
    for text in (
        "Risk indicators",
        "Ranking model",
        "Average alert",
        "/ranker",
        "Data drift",
    ):
        assert text in page.split("<main")[1]
    assert "Trained on 1 Mar 2026 using 810 decided alerts" in page
    (folder / "ranker.json").write_bytes(b"{}")  # a broken model breaks no alert
    assert "learned" not in anna.get(f"/alerts/{row['id']}.json").json()["alert"]
    assert "The model cannot be read" in anna.get("/ranker").text


def test_the_page_tells_figures_tables_and_the_lot(
    node: Node, desk: Callable[..., Desk], folder: Path
) -> None:
    """With the yields of completed lists; an unreadable one is reported."""
    assert node.taught.folder == folder
    (folder / "list.csv").write_text(_LIST, encoding="utf-8")
    (folder / "list.json").write_text("{}", encoding="utf-8")
    chief = desk("supervisor")
    told = chief.get("/ranker.json").json()
    lot = told["yields"]["arms"][0]
    assert (lot["arm"], lot["selected"], lot["hits"]["count"], lot["hits"]["of"]) == (
        "random",
        2,
        1,
        2,
    )
    assert [each["feature"]["name"] for each in told["tables"]] == ["substance", "net kg"]
    page = chief.get("/ranker").text
    for text in (
        "Base rate",
        "Random, regardless of score",
        "Model drift",
        "Net mass, kg",
        "below 10",
    ):
        assert text in page
    assert page.count("<svg") > 8
    (folder / "list.csv").write_text("arm\n", encoding="utf-8")
    assert "A list cannot be read" in chief.get("/ranker").text
    (folder / "list.csv").unlink()
    (folder / "list.csv").mkdir()  # nor one that the system does not open
    assert "A list cannot be read" in chief.get("/ranker").text
    assert desk("viewer", "vera").get("/ranker").status_code == 403
    node.taught = Taught(None)
    assert "No model is loaded" in chief.get("/ranker").text


def test_the_queue_can_follow_what_decisions_taught(
    node: Node, desk: Callable[..., Desk], folder: Path
) -> None:
    """The likeliest first, among the first by the rules; keys on an alert follow the order.

    Where the model is gone, the address leads to the order of the rules.
    """
    (folder / "ranker.json").write_bytes(write_model(structs.replace(model(), usual=0.25)))
    anna = desk("analyst")
    told = anna.get("/queue.json?sort=learned").json()
    chances = [row["alert"]["learned"]["chance"] for row in told["rows"]]
    assert chances == sorted(chances, reverse=True)
    assert len(set(chances)) > 1
    plain = {row["alert"]["id"] for row in anna.get("/queue.json").json()["rows"]}
    ids = [row["alert"]["id"] for row in told["rows"]]
    assert set(ids) >= plain
    page = anna.get(f"/alerts/{ids[0]}?queue=sort%3Dlearned").text
    assert f'href="/alerts/{ids[1]}?queue=sort%3Dlearned" data-key="j"' in page
    assert "model estimate" in anna.get("/queue").text
    saved = {"name": "mine", "queue": "sort=learned"}
    assert anna.send("/queue/saved", saved).status_code in {201, 303}
    assert anna.get("/queue.json").json()["saved"][0]["sort"] == "rank"
    node.taught = Taught(None)
    assert anna.get("/queue.json?sort=learned").json()["query"].get("sort", "rank") == "rank"
    assert "The model reorders only the first" not in anna.get("/queue?sort=learned").text


def test_files_of_an_upload_tell_what_decisions_taught(
    node: Node, desk: Callable[..., Desk], folder: Path, work: Callable[[], None], sample: bytes
) -> None:
    """In JSON Lines, CSV and the report, as the page of each alert does; without a model, none."""
    anna = desk("analyst")
    upload = sent(anna, sample)
    read(anna, upload, "screen", day="2026-11-25")
    work()
    where = f"/screen/{upload['id']}"
    told = [json.loads(line) for line in anna.get(f"{where}/alerts.jsonl").text.splitlines()]
    page = anna.get(f"/alerts/{told[0]['id']}.json").json()["alert"]
    assert told[0] == page
    rows = list(csv.DictReader(io.StringIO(anna.get(f"{where}/alerts.csv").text.lstrip("\ufeff"))))
    chances = [f"{each['learned']['chance']:.3f}" for each in told]
    assert [row["learned"] for row in rows] == chances
    assert "Ranking model" in anna.get(f"{where}/report.html").text
    for change in (
        lambda: (folder / "ranker.json").write_bytes(b"{}"),
        lambda: setattr(node, "taught", Taught(None)),
    ):
        change()
        assert '"learned"' not in anna.get(f"{where}/alerts.jsonl").text
        assert "learned" not in anna.get(f"{where}/alerts.csv").text.splitlines()[0]


def test_both_ways_follow_the_order_and_explain_one_alert(
    desk: Callable[..., Desk], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From each alert on to the next and back; only the alert that is shown is explained."""
    (folder / "ranker.json").write_bytes(write_model(structs.replace(model(), usual=0.25)))
    anna = desk("analyst")
    rows = anna.get("/queue.json?sort=learned").json()["rows"]
    ids = [row["alert"]["id"] for row in rows]
    told = []

    def counted(ranker: Ranker, alert: Alert) -> Learned:
        told.append(alert.id)
        return explain(ranker, alert)

    monkeypatch.setattr(explaining, "explain", counted)
    for place, one in enumerate(ids):
        page = anna.get(f"/alerts/{one}?queue=sort%3Dlearned").text
        for key, other in (("k", place - 1), ("j", place + 1)):
            way = f'queue=sort%3Dlearned" data-key="{key}"'
            found = re.findall(rf'href="/alerts/([^"?]+)\?{re.escape(way)}', page)
            assert found == ([ids[other]] if 0 <= other < len(ids) else []), (place, key)
    assert told == ids
    assert anna.get("/queue.json?sort=learned&severity=critical&status=held").json()["rows"] == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "locale"),
    [(390, "es"), (390, "fr"), (1280, "en")],
)
def test_all_can_use_the_page(
    served: tuple[str, Node], opened: Opened, tmp_path: Path, width: int, locale: str
) -> None:
    """It fits, asks nothing from elsewhere, axe has nothing to say, and tables open by keyboard."""
    (tmp_path / "ranker.json").write_bytes(write_model(model()))
    (tmp_path / "list.csv").write_text(_LIST, encoding="utf-8")
    (tmp_path / "list.json").write_text("{}", encoding="utf-8")
    served[1].taught = Taught(tmp_path)
    scheme = "dark" if locale == "es" else "light"
    page, told = opened("/ranker", width=width, color_scheme=scheme, locale=locale)
    check_page(page, told, width)
    first = page.locator("details.panel").first
    assert first.get_attribute("open") is not None
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.get_attribute("open") is None
