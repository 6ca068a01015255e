"""The command `tidewaiter burden claim`."""

import json
from collections.abc import Callable

from click.testing import Result

Call = Callable[..., Result]


def test_a_sentence_is_answered_in_words_and_as_json(call: Call) -> None:
    """Claim as understood, table, verdict and what is missing; the JSON holds the same."""
    text = "about 5,000 people died of overdoses in 2022, down 27 percent"
    told = call("burden", "claim", text, "--said-on", "2023-07-07")
    assert told.exit_code == 0
    assert (
        "understood as: deaths: about 5,000; Drug overdose deaths; United States; 2022"
        in told.output
    )
    assert "residence" in told.output
    assert "verdict: fails" in told.output
    read = json.loads(call("burden", "claim", text, "--json").stdout)
    assert [each["claim"]["measure"] for each in read] == ["deaths", "change"]
    assert {each["fit"] for each in read[0]["findings"]} == {"no"}


def test_what_is_not_understood_is_refused(call: Call) -> None:
    """Exit status 2, with a hint; whatever the verdict of what is understood, 0."""
    refused = call("burden", "claim", "many died")
    assert refused.exit_code == 2
    assert "hint:" in refused.output
    assert call("burden", "claim", "", "--number", "1", "--period", "2026-00").exit_code == 2
    assert call("burden", "claim", "5 percent involved cocaine in 1999").exit_code == 0
