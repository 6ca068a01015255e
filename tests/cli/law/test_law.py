"""The command `tidewaiter law`."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Call = Callable[..., Result]
ROUTE = ("--from", "AU", "--to", "MX", "--day", "2026-11-25", "--json")


def _answers(result: Result) -> dict[str, str]:
    said = json.loads(result.stdout.splitlines()[0])
    return {each["regime"]: each["answer"] for each in said["rulings"]}


def test_an_amount_frees_below_its_limit_only(call: Call) -> None:
    """Australia controls acetone of 90 % in consignments of 100 litres and more."""
    for amount, percent, answer in (
        ("99 l", "95", "free by amount"),
        ("100 l", "95", "controlled"),
        ("100 l", "89", "free by amount"),
    ):
        result = call("law", "acetone", *ROUTE, "--amount", amount, "--percent", percent)
        assert result.exit_code == 0
        assert _answers(result)["au-precursors"] == answer


def test_no_answer_says_clear(call: Call) -> None:
    """The table ends with its limits, and unknown input is refused."""
    shown = call("law", "67-64-1", "--in", "EU")
    assert "Not legal advice and not a licence" in " ".join(shown.output.split())
    assert call("law", "nosuchthing").exit_code == 2


def test_the_laws_that_do_not_list_it_share_a_row(call: Call) -> None:
    """Each is named with the first day of our copy, a line a jurisdiction, a row a reason."""
    shown = call("law", "fentanyl", "--in", "UN,CN", "--day", "2026-02-01", "--all").output
    said = " ".join(shown.split())
    assert said.count("no control found every loaded rule was evaluated") == 1
    assert "UN: un-1971 (complete from 2025-12-31); un-1988 (complete from 1990-11-11)" in said
    assert "CN: cn-non-medical (complete from " in said
    assert "cn-narcotics (" not in said
    shown = call("law", "fentanyl", "--in", "CN", "--day", "2010-01-01", "--all").output
    assert "on the complete list of 2014-01-01" in " ".join(shown.split())


def test_a_rule_on_some_destinations_says_that_it_depends(call: Call) -> None:
    """Of a rule that is not loaded and about some countries, the destination is asked first."""
    for route, answer, reason in (
        ((), "not assessable", "it depends on the destination"),
        (("--from", "CN"), "not assessable", "it depends on the destination"),
        (("--from", "CN", "--to", "MX"), "not assessable", "thirteen chemicals"),
        (("--from", "CN", "--to", "DE"), "not listed", "every loaded rule"),
    ):
        said = json.loads(call("law", "acetone", "--in", "CN", *route, *ROUTE[-3:]).stdout)
        (ruling,) = (r for r in said["rulings"] if r["regime"] == "cn-precursor-exports")
        assert ruling["answer"] == answer
        assert ruling["reason"].startswith(reason)


def test_a_catalogue_is_checked_and_counted(call: Call, tmp_path: Path) -> None:
    """Every row is answered, counted or refused."""
    path = tmp_path / "products.csv"
    path.write_text("product,cas,percent\nAcetone,67-64-1,95\nchairs,,1\nToluene,,much\n", "utf-8")
    result = call("law", "--catalogue", str(path), "--from", "DE", "--to", "MX,US", "--json")
    assert result.exit_code == 1
    rows = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert [(each["row"], each["route"]["destination"]) for each in rows] == [
        (1, "MX"),
        (1, "US"),
        (3, "MX"),
        (3, "US"),
    ]
    assert "much" in (tmp_path / "refused.csv").read_text("utf-8")


def test_a_structure_is_asked_about_as_a_name_is(call: Call) -> None:
    """A SMILES and the name of a substance give the same answers."""
    smiles = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
    by_name = _answers(call("law", "fentanyl", *ROUTE))
    result = call("law", smiles, *ROUTE)
    by_structure = _answers(result)
    assert result.exit_code == 0
    assert {k: v for k, v in by_structure.items() if v == "controlled"} == {
        k: v for k, v in by_name.items() if v == "controlled"
    }
    assert "SMILES" in json.loads(result.stdout)["how"]


def test_what_is_no_structure_is_not_assessable(call: Call) -> None:
    """A broken structure next to a good one is reported, and the others are answered."""
    result = call("law", "acetone", "C1CC(", "*c1ccccc1", "--in", "UN", "--json")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr.count("not assessable: ") == 2
    assert result.stderr.count("hint: ") == 2
    assert "open place" in result.stderr


def test_a_file_of_structures_is_answered_whole(call: Call, tmp_path: Path) -> None:
    """One line for each record, and the count of what could not be assessed."""
    path, out = tmp_path / "compounds.smi", tmp_path / "answers.jsonl"
    path.write_text("CC(C)=O acetone\nC1CC( bad\n\n", "utf-8")
    result = call("law", "--file", str(path), "--in", "UN", "--out", str(out), "--workers", "1")
    assert result.exit_code == 1
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["acetone", "bad"]
    assert rows[0]["answers"][0]["substance"] == "acetone"
    assert "2 compounds: 1 controlled by a checked instrument, 1 not assessable" in result.stderr
    assert call("law", "--file", str(tmp_path / "a.smi")).exit_code == 2
    assert call("law", "acetone", "--file", str(path)).exit_code == 2


def test_the_answer_is_at_most_eight_lines(call: Call) -> None:
    """What is not in them comes with --all; JSON has them too."""
    options = ("acetic-anhydride", "--from", "DE", "--to", "CO", "--day", "2026-12-01")
    shown = call("law", *options).output
    assert shown.startswith("Acetic anhydride, DE > CO, asked for 1 Dec 2026, law as of ")
    labels = [line.split("  ")[0] for line in shown.splitlines()[1:] if line[:1].isupper()]
    assert labels[0] == "CONTROLLED"
    assert "TO BE CHECKED" in labels
    assert "un-1961" not in shown
    assert "un-1961" in call("law", *options, "--all").output
    short = json.loads(call("law", *options, "--json").stdout)["short"]
    assert 1 < len(short["lines"]) < 8
    assert short["lines"][0]["kind"] == "controlled"


def test_what_does_not_list_it_comes_last(call: Call) -> None:
    """Conventions that say nothing come after the laws that control."""
    options = ("--from", "DE", "--to", "MX", "--day", "2026-12-01", "--all")
    shown = call("law", "acetic-anhydride", *options).output
    assert shown.index("Convention of 1988, Tables") < shown.index("un-1961")
    assert "as of 2026-" in shown[shown.index("no control found") :]


def test_a_notice_period_past_the_last_day_is_no_fault(call: Call) -> None:
    """The calendar of a computer ends with the year 9999."""
    result = call("law", "ephedrine", "--from", "AR", "--to", "CA", "--day", "9999-12-31")
    assert result.exit_code == 0
