"""The command `tidewaiter burden claim`."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Call = Callable[..., Result]
PAGE = Path(__file__).parents[3] / "docs/how-to/check-a-claim.md"
_EXAMPLE = re.compile(r"```sh\ntidewaiter (.+?)\n```\n(?:\n```text\n(.*?)```)?", re.DOTALL)


def test_the_worked_examples_print_what_the_page_shows(call: Call) -> None:
    """Each command of the page is understood, and each line that it shows is printed."""
    examples = _EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(examples) == 6
    for command, shown in examples:
        told = call(*shlex.split(command), "--archive", "none")
        assert told.exit_code == 0, command
        assert shown in told.output, command


def test_the_program_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The example of the library prints a verdict and figures."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(code, PAGE.name, "exec"), {})  # noqa: S102 - what the page shows
    assert capsys.readouterr().out.startswith("holds [")


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
