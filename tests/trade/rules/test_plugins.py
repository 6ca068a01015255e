"""Rules of plug-ins: they weigh as ours do, and one that fails keeps no other from answering."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from msgspec import structs
from tests.plugged import plug_in
from tests.support.raising import raises

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.phrases import english
from tidewaiter.base.plugins import RULES
from tidewaiter.base.resources import data
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.rules.plugins import Hit, LineRule, Seen, plugin_rules
from tidewaiter.trade.rules.switches import Switch, check_switch, switchable
from tidewaiter.trade.screening import Screened, Screener
from tidewaiter.trade.types import LINES, Alert

DAY = date(2026, 11, 25)
Find = Callable[[pa.RecordBatch, Mapping[int, Seen]], Iterable[Hit]]
Screen = Callable[..., Screened]


def _rule(find: Find, **said: Any) -> LineRule:
    made = {"title": "Night", "text": "loaded at {when}", "points": 20, "source": "us"}
    return LineRule(find=find, **{**made, **said})


def _every(batch: pa.RecordBatch, seen: Mapping[int, Seen]) -> Iterable[Hit]:
    del seen
    return [Hit(line=line, parameters={"when": "night"}) for line in range(len(batch))]


def _fails(batch: pa.RecordBatch, seen: Mapping[int, Seen]) -> Iterable[Hit]:
    yield from _every(batch, seen)
    raise InputError.from_words("no such port")  # of a plug-in this is a fault like any other


@pytest.fixture
def screen(lexicon: Lexicon) -> Screen:
    """Screen two lines: one names a substance, one is ordinary goods."""
    rows = [
        {"row": 7, "consignment": "A", "seq": 1, "goods": "acetic anhydride"},
        {"row": 9, "consignment": "A", "seq": 2, "goods": "steel bolts"},
    ]
    batch = pa.RecordBatch.from_pylist(rows, schema=LINES)

    def run(rules: AlertRules | None = None) -> Screened:
        screener = Screener(Identifier(lexicon), rules or load_alert_rules())
        return screener.screen(batch, DAY, "m.csv", "0" * 64)

    return run


def _of(alert: Alert, rule: str = "night") -> list[tuple[str, int]]:
    return [(english(each.says), each.points) for each in alert.reasons if each.rule == rule]


def test_its_reasons_count_and_make_alerts(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The score has its points, a line that nothing else is found in is an alert, ids stay."""
    (before,) = screen().alerts
    plug_in(monkeypatch, RULES, {"night": _rule(_every)})
    after, bolts = screen().alerts
    assert _of(after) == _of(bolts) == [("loaded at night", 20)]
    assert (after.score, after.id) == (before.score + 20, before.id)
    assert (bolts.row, bolts.score, bolts.substances) == (9, 20, ())


def test_it_sees_what_was_found(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mentions of a line, as its alert tells them; of other lines nothing."""
    told: list[Mapping[int, Seen]] = []

    def find(batch: pa.RecordBatch, seen: Mapping[int, Seen]) -> Iterable[Hit]:
        assert batch.schema == LINES
        told.append(seen)
        return ()

    plug_in(monkeypatch, RULES, {"night": _rule(find)})
    (alert,) = screen().alerts
    assert told == [{0: Seen(mentions=alert.mentions)}]


def test_it_is_weighed_and_switched_like_ours(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the file of rules, and by a setting of the database."""
    plug_in(monkeypatch, RULES, {"night": _rule(_every)})
    ours = load_alert_rules()
    alert, _ = screen(structs.replace(ours, plugins={"night": 50})).alerts
    assert _of(alert) == [("loaded at night", 50)]
    assert "night" in switchable()
    check_switch("night", 0, "too many")
    off = Switch(rule="night", points=0, since=DAY, by="chief", why="too many")
    alert, kept = screen(structs.replace(ours, switches=(off,))).alerts
    assert [points for _, points in _of(alert)] == [0]
    assert [each.rule for each in kept.reasons] == ["night", "kept"]


def test_one_that_fails_is_named_and_leaves_the_rest(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of its reasons stay, and the rows that it did not see are reported."""
    far = _rule(lambda _batch, _seen: [Hit(line=2)])
    gap = _rule(lambda _batch, _seen: [Hit(line=0)])  # its sentence cannot be filled in
    plug_in(
        monkeypatch, RULES, {"night": _rule(_every), "bad": _rule(_fails), "far": far, "gap": gap}
    )
    found = screen()
    assert [each.rule for each in found.alerts[1].reasons] == ["night"]
    assert [(each.row, each.screened) for each in found.refusals] == [(7, True)] * 3
    for name, refusal in zip(("bad", "far", "gap"), found.refusals, strict=True):
        assert refusal.code == "trade/rule-failed-on-rows"
        assert (refusal.values["first"], refusal.values["last"]) == (7, 9)
        assert f'"{name}" of guest 1.0' in str(refusal.values["problem"])


def test_none_takes_points_off_or_bears_a_name_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in adds to what officers see, and hides nothing."""
    rules = {
        "vague": _rule(_every),
        "less": _rule(_every, points=-1),
        "much": _rule(_every, points=101),
        "Big Name": _rule(_every),
        "night": _rule(_every, points=0),
    }
    plug_in(monkeypatch, RULES, rules)
    assert set(plugin_rules()) == {"night"}


def test_the_file_of_rules_takes_no_points_off(tmp_path: Path) -> None:
    """Nor does an authority's own copy."""
    ours = data("rules", "alerts.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(f"{ours}\n[plugins]\nnight = -5\n", encoding="utf-8")
    with raises("trade/rule-takes-points-off", RegistryError, name="plugins.night"):
        load_alert_rules(tmp_path / "own.toml")


def test_a_rule_that_is_not_installed_cannot_be_turned_down() -> None:
    """It is not known."""
    with pytest.raises(InputError):
        check_switch("night", 0, "too many")
