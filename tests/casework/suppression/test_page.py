"""The page of suppression rules agrees with the data file."""

from pathlib import Path
from typing import get_args

from tidewaiter.casework.suppression.rules import State
from tidewaiter.casework.suppression.scope import Scope, Way
from tidewaiter.casework.suppression.settings import load_suppression_settings

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "suppression.md"


def test_the_page_names_all_there_is() -> None:
    """Each part of a scope, way of finding, state and reason, and each kind of strong alert."""
    text = PAGE.read_text(encoding="utf-8")
    settings = load_suppression_settings()
    codes = [*Scope.__struct_fields__, *get_args(Way), *get_args(State), *settings.reason]
    assert [code for code in codes if f"`{code}`" not in text] == []
    assert [row.title for row in settings.strong if f"| {row.title} |" not in text] == []
    assert f"at most {settings.rule.days} days away" in text


def test_each_kind_of_strong_alert_has_its_reason() -> None:
    """Each reason for requiring two persons has a readable explanation."""
    for row in load_suppression_settings().strong:
        assert row.title
        assert row.because
        assert row.parties or row.severities or row.rules
