"""Codes of older revisions of the HS: one to one with those of today, or split and merged."""

from pathlib import Path

import msgspec
import pytest

from tidewaiter.law.registry import load_registry
from tidewaiter.trade.mirror.comparison import Compared, compare
from tidewaiter.trade.mirror.hs_codes import (
    load_revisions,
    own_code,
    related,
    watched_codes,
    with_older,
)
from tidewaiter.trade.mirror.reading import Reading, read_files
from tidewaiter.trade.mirror.types import Elsewhere, Key, Watched, load_method

HEAD = "period,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue,netWgt"
WATCHED = {
    code: Watched(code=code, own=True, substances=(code,))
    for code in ("291524", "293336", "293332", "281214", "293492")
}


def read(path: Path, *rows: str) -> Reading:
    """Read rows of a file for the watched codes."""
    path.write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")
    return read_files([path], WATCHED)


def compared(reading: Reading) -> Compared:
    """Compare with the shipped numbers."""
    return compare(reading, with_older(WATCHED), load_method())


def test_each_watched_chemical_code_stands_in_the_table() -> None:
    """Of chapters 28 and 29: as it is, or as a part, in HS 2017 and through it in HS 2012."""
    table = load_revisions()
    same = {old: new for old, new in table.newer.items() if old[0] == new[0]}
    for code in watched_codes(load_registry()):
        if code[:2] in {"28", "29"}:
            assert ((code, "H5") in same) != ((code, "H6") in table.parts), code
    for code, revision in {at for at in table.known if at[1] == "H5"}:
        one_to_one = (code, "H5") in table.newer.values()
        assert one_to_one != ((code, "H5") in table.parts), (code, revision)


def test_what_was_renumbered_is_found_under_its_newest_number() -> None:
    """2939.91 of HS 2012 is 2939.71 of HS 2017, which HS 2022 parts into three."""
    assert load_revisions().newest("293991", "H4") == ("293971", "H5")
    assert related()["293971", "H5"] == {("293945", "H6"), ("293949", "H6"), ("293972", "H6")}


@pytest.mark.parametrize("code", ["293336", "293339", "293971", "281210"])
def test_overlap_is_told_from_both_sides(code: str) -> None:
    """Overlap of codes is symmetric, and a code does not overlap with itself."""
    for at, others in related().items():
        assert at not in others
        if at[0] == code:
            assert all(at in related()[each] for each in others)


def test_a_code_that_did_not_change_is_compared_across_revisions(tmp_path: Path) -> None:
    """One reports under HS 2012, the other under HS 2022; both are given."""
    rows = "2022,842,X,484,H4,291524,90000,9000", "2022,484,M,842,H6,291524,9000,900"
    found = compared(read(tmp_path / "a.csv", *rows))
    (one,) = found.discrepancies
    assert (one.key.revision, one.revisions, one.gap) == ("H6", ("H4", "H6"), 8100)
    assert (one.own, found.orphans) == (True, ())


def test_a_code_that_was_split_is_not_compared_and_the_other_code_is_told(tmp_path: Path) -> None:
    """2933.36 lay in 2933.39 of HS 2017, with much else."""
    rows = "2022,842,X,484,H6,293336,90000,9000", "2022,484,M,842,H5,293339,9000,900"
    found = compared(read(tmp_path / "a.csv", *rows))
    assert found.discrepancies == ()
    sold, bought = found.orphans
    assert (sold.other, sold.own, bought.other, bought.own) == (
        "split or merged",
        True,
        "split or merged",
        False,
    )
    assert sold.elsewhere == (Elsewhere(code="293339", revision="H5", kg=900, usd=9000),)
    assert [each.code for each in bought.elsewhere] == ["293336"]


def test_older_codes_are_read_in_their_revision_alone(tmp_path: Path) -> None:
    """2934.99 held a watched substance in HS 2017, and holds none in HS 2022."""
    reading = read(
        tmp_path / "a.csv",
        "2022,842,X,484,H5,293499,9,9",
        "2022,842,X,124,H6,293499,9,9",
        "2022,842,X,484,H4,281210,9,9",
    )
    assert {(at.code, at.revision) for _, at in reading.flows} == {
        ("293499", "H5"),
        ("281210", "H4"),
    }
    (count,) = reading.files[0].counts
    assert (count.what, count.rows) == ("codes that are not watched in that edition of the HS", 1)
    assert with_older(WATCHED)["281210"].substances == ("281214",)


def test_what_is_given_under_two_revisions_counts_once(tmp_path: Path) -> None:
    """The newer of both, and goods without a partner are not added up."""
    rows = [
        f"2022,842,{flow},{partner},{at},291524,10,{kg}"
        for at in ("H6", "H5", "H4")
        for flow, partner, kg in (("X", 484, at[1]), ("X", 899, 50), ("RX", 484, 1))
    ]
    reading = read(tmp_path / "a.csv", *rows)
    ((_, amount),) = reading.flows.items()
    assert (amount.kg, amount.revision, amount.again_kg) == (6, "H6", 1)
    assert list(reading.unspecified.values()) == [50]
    assert reading.conflicting == 0


@pytest.mark.parametrize("order", ["H6 H5", "H5 H6"])
def test_what_two_files_give_under_two_revisions_counts_once(tmp_path: Path, order: str) -> None:
    """The newer of both, whichever file comes last; they do not contradict one another."""
    paths = []
    for at in order.split():
        paths.append(tmp_path / f"{at}.csv")
        row = f"2022,842,X,484,{at},291524,10,{at[1]}"
        paths[-1].write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    reading = read_files(paths, WATCHED)
    ((_, amount),) = reading.flows.items()
    assert (amount.kg, amount.revision, reading.conflicting) == (6, "H6", 0)


@pytest.mark.parametrize("order", ["H6 H5 h5", "H5 h5 H6", "H5 H6 h5"])
@pytest.mark.parametrize("files", [1, 3])
def test_the_newer_counts_whatever_the_older_says_in_two_ways(
    tmp_path: Path, order: str, files: int
) -> None:
    """In one file, in any order of rows; in files of their own."""
    rows = [f"2022,842,X,484,{at.upper()},291524,10,{5 + at.isupper()}" for at in order.split()]
    paths = []
    for at, some in {at: rows[at::files] for at in range(files)}.items():
        paths.append(tmp_path / f"{at}.csv")
        paths[-1].write_text("\n".join((HEAD, *some, "")), encoding="utf-8")
    reading = read_files(paths, WATCHED)
    ((_, amount),) = reading.flows.items()
    assert (amount.kg, amount.revision) == (6, "H6")
    if files == 1:  # between files, the later of one revision is reported to revise the earlier
        assert (reading.conflicting, reading.conflicts) == (0, [])


def test_what_a_file_says_in_two_ways_takes_nothing_from_a_newer_revision(tmp_path: Path) -> None:
    """Of another file; what that says under an older revision, or the same, is none any more."""
    row, clean = "2022,842,X,484,{},291524,10,{}", tmp_path / "clean.csv"
    unclear = tmp_path / "unclear.csv"
    unclear.write_text("\n".join((HEAD, row.format("H5", 5), row.format("H5", 7), "")), "utf-8")
    for revision, left in (("H6", ["H6"]), ("H5", []), ("H4", [])):
        clean.write_text(f"{HEAD}\n{row.format(revision, 6)}\n", encoding="utf-8")
        reading = read_files([clean, unclear], WATCHED)
        assert [each.revision for each in reading.flows.values()] == left
        assert reading.conflicting == 1


def test_a_code_that_held_more_names_no_one_substance() -> None:
    """2933.32 gave alkaloids to 2939.80 in HS 2017; of older revisions nothing is known."""
    key = Key(code="293332", revision="H4", exporter=842, importer=484, period=2015)
    assert not own_code(key, WATCHED)
    assert own_code(msgspec.structs.replace(key, revision="H6"), WATCHED)
