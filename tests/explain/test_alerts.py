"""Alerts that left for other programs, and are read back."""

import json
from typing import Any

import msgspec
import pytest
from tests.casework.ranking.made import alert

from tidewaiter.base.phrases import Phrase, english_json
from tidewaiter.explain.alerts import export_alert, read_exported
from tidewaiter.trade.types import Reason

CAS = Phrase("cas", name="Acetone", field="CAS column")


def _exported() -> dict[str, Any]:
    reasons = (Reason(rule="cas", says=CAS, points=20, source="tidewaiter-rules"),)
    made = msgspec.structs.replace(alert(), reasons=reasons)
    told: dict[str, Any] = json.loads(english_json(export_alert(made)))
    return told


def test_a_reason_comes_back_with_its_code() -> None:
    """It is not restored from the English text next to it."""
    (reason,) = read_exported(json.dumps(_exported()).encode()).reasons
    assert reason.says == CAS


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": {"wording": "{"}},
        {"parameters": {"name": None}},
        {"parameters": {"name": [[1]]}},
        {"parameters": {"name": {"code": "cas"}}},
    ],
    ids=str,
)
def test_a_reason_that_is_none_is_refused(change: dict[str, Any]) -> None:
    """As for every other error in the file, the caller reports the line."""
    told = _exported()
    told["reasons"][0] |= change
    with pytest.raises(msgspec.MsgspecError):
        read_exported(json.dumps(told).encode())
