"""Evidence bundles: what is in them, that they hold, and that nothing of them can be changed."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.english import english_left
from tests.support.raising import raises

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.phrases import english_json
from tidewaiter.casework.cases.permissions import Asked
from tidewaiter.casework.cases.state import Viewer
from tidewaiter.casework.cases.steps import Confirmed, step_digest
from tidewaiter.casework.evidence import CASE, PAGE, Verdict, verify_bundle
from tidewaiter.explain.alerts import read_exported
from tidewaiter.ledger.bundles import MANIFEST, source_of, write_bundle
from tidewaiter.ledger.proofs import check_proof, read_proof
from tidewaiter.ledger.signed_notes import SecretKey
from tidewaiter.report.case_bundle import record_export
from tidewaiter.store.cases.attachments import erase_case
from tidewaiter.store.cases.casefile import case_steps, take_step
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.screening.runs import Batch

KEY = SecretKey(name="tidewaiter/test", seed=bytes(range(32)))
PARTS = ["signature", "files", "container", "custody", "record"]
Change = Callable[[dict[str, bytes]], None]


def _verify(bundle: bytes, key: SecretKey = KEY) -> Verdict:
    return verify_bundle(io.BytesIO(bundle), [key.public()])


def _files(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _again(bundle: bytes, change: Change, key: SecretKey = KEY) -> bytes:
    """Change a bundle and sign it again, as the holder of the key could."""
    files = _files(bundle)
    files.pop(MANIFEST)
    change(files)
    out = io.BytesIO()
    sources = [source_of(name, body) for name, body in files.items()]
    write_bundle(out, sources, key, of="case 1", made="2026-11-25T12:05:00.000000+00:00")
    return out.getvalue()


def _broken(bundle: bytes) -> dict[str, str]:
    return {part.name: part.says for part in _verify(bundle).parts if not part.holds}


def test_pages_are_in_the_language_asked_for_and_records_in_english(
    tmp_path: Path, fill: Callable[[Database], int], export: Callable[..., bytes]
) -> None:
    """What people wrote, and laws and substances, stay as they are."""
    with open_database(tmp_path / "cases.db") as database:
        files = _files(export(database, fill(database), spoken="ar"))
    page = files[PAGE].decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert list(english_left(page)) == []
    assert "opened the case" in files[CASE].decode()


def test_a_case_is_the_same_bundle_on_both_databases(
    database: Database, fill: Callable[[Database], int], export: Callable[..., bytes]
) -> None:
    """It is valid, and contains everything on the case."""
    bundle = export(database, fill(database))
    found = _verify(bundle)
    assert [part.name for part in found.parts] == PARTS
    assert found.holds(), found.parts
    record = json.loads(_files(bundle)["case.json"])
    kinds = [step["kind"] for step in record["steps"]]
    assert kinds[0] == "opened"
    assert kinds[-1] == "exported"
    assert len(record["custody"]) == len(kinds) + 1  # and the decision
    assert sum(map(len, record["decisions"].values())) == 1
    assert all(step_digest(s["salt"], s["written"]) == s["digest"] for s in record["steps"])


def test_what_stands_in_a_bundle(bundle: bytes, screened: Batch) -> None:
    """Alerts, lines and files whole, byte by byte, under names that are ours."""
    files = _files(bundle)
    record = json.loads(files["case.json"])
    for alert in screened.alerts[:3]:
        told = read_exported(files[record["alerts"][alert.id]])
        assert told.reasons == alert.reasons
        assert english_json(told) == english_json(alert)
    (lines,) = (json.loads(files[name]) for name in record["lines"].values())
    assert {each["line"]["consignment"] for each in lines} == {screened.alerts[0].consignment}
    bodies = sorted(files[name] for name in record["files"].values())
    assert bodies == sorted([bytes(range(256)), "<script>alert(1)</script>\u202e".encode()])
    assert {name.rpartition(".")[2] for name in record["files"].values()} == {"txt", "bin"}
    (draft,) = record["drafts"].values()
    assert json.loads(files[f"{draft}.json"])["form"] == "us-listed-chemical"
    for name in record["custody"].values():
        check_proof(read_proof(files[name].decode()), (KEY.public(),))


def test_the_page_of_a_bundle_runs_nothing(bundle: bytes) -> None:
    """Text of strangers is text, and no policy lets anything load or run."""
    files = _files(bundle)
    for name in (name for name in files if name.endswith(".html")):
        page = files[name].decode()
        assert "<script" not in page
        assert "\u202e" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "default-src &#39;none&#39;" in page
    assert "⟦U+202E⟧" in files["case.html"].decode()


def test_the_same_export_gives_the_same_bytes(
    database: Database, fill: Callable[[Database], int], export: Callable[..., bytes]
) -> None:
    """Two exports differ in the step that records them; rewriting one export changes nothing."""
    number = fill(database)
    one, two = export(database, number), export(database, number)
    assert one != two
    assert (
        len(json.loads(_files(two)["case.json"])["steps"])
        == len(json.loads(_files(one)["case.json"])["steps"]) + 1
    )


def test_what_was_erased_is_not_in_a_bundle_and_the_bundle_holds(
    database: Database, fill: Callable[[Database], int], export: Callable[..., bytes]
) -> None:
    """The digests are proved as before; who has the bundle from before can prove the words."""
    number = fill(database)
    before = json.loads(_files(export(database, number))["case.json"])
    susan = Viewer(name="susan", rights=frozenset({"case", "approve"}), cleared=True)
    with database.work(Stamp(who="susan", at=datetime(2032, 1, 1, tzinfo=UTC))) as work:
        seen = case_steps(work, susan, number)[-1].id
        asked = Asked(content=Confirmed(why="x"), seen=seen)
        seen = take_step(work, susan, number, asked).id
        erase_case(work, susan, number, why="its time is over", seen=seen)
    bundle = export(database, number)
    assert _verify(bundle).holds(), _verify(bundle).parts
    files = _files(bundle)
    assert not any(name.startswith(("files/", "drafts/", "lines/")) for name in files)
    assert "Drums" not in files["case.html"].decode()
    digests = {step["id"]: step["digest"] for step in json.loads(files["case.json"])["steps"]}
    for step in before["steps"]:
        assert digests[step["id"]] == step_digest(step["salt"], step["written"])


def test_what_is_restricted_goes_only_where_it_is_asked_for(
    database: Database, fill: Callable[[Database], int], export: Callable[..., bytes]
) -> None:
    """Without it no trace of it remains; with it the page has a warning."""
    number = fill(database)
    plain, whole = export(database, number), export(database, number, restricted=True)
    assert not any(b"secret matter" in body for body in _files(plain).values())
    assert not any(step["restricted"] for step in json.loads(_files(plain)["case.json"])["steps"])
    assert "secret matter" in _files(whole)["case.html"].decode()
    assert "authority-only information" in _files(whole)["case.html"].decode()
    assert _verify(plain).holds()
    assert _verify(whole).holds()


def test_who_is_not_cleared_exports_nothing_restricted(
    database: Database, fill: Callable[[Database], int]
) -> None:
    """The clearance is asked for, and another's case is not there."""
    number = fill(database)
    stamp = Stamp(who="ben", at=datetime(2026, 11, 25, 13, tzinfo=UTC))
    ben = Viewer(name="ben", rights=frozenset({"case"}))
    with raises("report/not-cleared"), database.work(stamp) as work:
        record_export(work, ben, number, restricted=True)
    eve = Viewer(name="eve", rights=frozenset({"case"}))
    with raises("store/no-case", MissingError), database.work(stamp) as work:
        record_export(work, eve, number, restricted=False)


def test_another_key_is_told(bundle: bytes) -> None:
    """All parts are valid, but not the whole: the key is not trusted."""
    found = verify_bundle(io.BytesIO(bundle), [])
    assert all(part.holds for part in found.parts)
    assert not found.holds()
    assert "a key that you did not name" in found.parts[0].says
    assert found.key == str(KEY.public())


def _edit(name: str, old: str, new: str) -> Change:
    def change(files: dict[str, bytes]) -> None:
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode())

    return change


def _record(change: Callable[[dict[str, object]], object]) -> Change:
    def apply(files: dict[str, bytes]) -> None:
        told = json.loads(files["case.json"])
        change(told)
        files["case.json"] = json.dumps(told).encode()

    return apply


def _without_proof(files: dict[str, bytes]) -> None:
    files.pop(next(name for name in files if name.startswith("custody/")))


def _other_file(files: dict[str, bytes]) -> None:
    files[next(name for name in files if name.startswith("files/"))] = b"another"


def _loose(files: dict[str, bytes]) -> None:
    files["files/999.txt"] = b"more"


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (_edit("case.json", '\\"kind\\":\\"task\\"', '\\"kind\\":\\"note\\"'), "record"),
        (_record(lambda told: told["steps"].pop(3)), "record"),  # type: ignore[attr-defined]
        (_record(lambda told: told["steps"].pop(0)), "record"),  # type: ignore[attr-defined]
        (_record(lambda told: told["steps"].pop()), "record"),  # type: ignore[attr-defined]
        (_record(lambda told: told["steps"][2].update(by="x", kind="note")), "record"),  # type: ignore[index]
        (_record(lambda told: told["steps"][2].update(at="2020")), "record"),  # type: ignore[index]
        (_record(lambda told: told["steps"][2].update(salt="", written="")), "record"),  # type: ignore[index]
        (_record(lambda told: told["steps"][2].update(salt="00")), "record"),  # type: ignore[index]
        (_record(lambda told: told["steps"][2].update(salt="zz")), "record"),  # type: ignore[index]
        (_record(lambda told: told["custody"].popitem()), "record"),  # type: ignore[attr-defined]
        (_record(lambda told: told.pop("steps")), "custody"),
        (_without_proof, "custody"),
        (_other_file, "record"),
        (_loose, "record"),
    ],
)
def test_a_record_that_was_changed_by_the_holder_of_the_key(
    bundle: bytes, change: Change, part: str
) -> None:
    """Even with a new signature, the record must match the audit proofs."""
    assert part in _broken(_again(bundle, change))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_the_holder_of_the_key_puts_in_nothing_breaks(
    bundle: bytes, data: st.DataObject
) -> None:
    """Any file with any content, signed well: there is a verdict on each part."""
    files = _files(bundle)
    name = data.draw(st.sampled_from(sorted(set(files) - {MANIFEST})))
    body = files[name]
    place = data.draw(st.integers(0, len(body)))
    junk = data.draw(
        st.one_of(st.binary(max_size=20), st.sampled_from([b"9" * 5_000, b"[" * 5_000, b"\n\n"]))
    )

    def change(files: dict[str, bytes]) -> None:
        files[name] = body[:place] + junk + body[place + 1 :]

    found = _verify(_again(bundle, change))
    assert [part.name for part in found.parts] == PARTS


def test_proofs_of_another_key_do_not_do(bundle: bytes) -> None:
    """Signing the manifest with another key requires forging the audit log too."""
    other = SecretKey(name="tidewaiter/test", seed=bytes(32))
    broken = {
        part.name
        for part in _verify(_again(bundle, lambda _: None, other), other).parts
        if not part.holds
    }
    assert broken == {"custody", "record"}


def test_what_is_no_bundle_is_refused(bundle: bytes) -> None:
    """Another ZIP, half a bundle, nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as other:
        other.writestr("a.txt", "x")
    for bad in (b"", out.getvalue(), bundle[:100], b"PK\3\4" + bytes(60)):
        with pytest.raises(InputError):
            _verify(bad)
