"""The page of decisions tells all that can be decided."""

from pathlib import Path

from tidewaiter.casework.decisions import load_decision_rules

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "decisions.md"


def test_each_verdict_has_its_row_with_its_reasons() -> None:
    """Every code in use can be looked up."""
    text = PAGE.read_text(encoding="utf-8")
    rules = load_decision_rules()
    for verdict, rule in rules.verdict.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{verdict}` |"))
        assert f"`{rule.status}`" in row
        codes = set(rules.reasons_for(verdict)) - {"other"}
        assert [code for code in sorted(codes) if f"`{code}`" not in row] == []
