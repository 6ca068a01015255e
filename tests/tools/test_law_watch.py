"""Watchers of law: what a source tells, and what of it our data do not hold."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tools.law_watch import __main__ as command
from tools.law_watch import cellar, ecfr, federal_register, justice_laws, legislation_uk
from tools.law_watch.__main__ import look, main
from tools.law_watch.comparison import compare
from tools.law_watch.parsing import parse_xml
from tools.law_watch.proposal import as_toml
from tools.law_watch.readers import READERS, load_watches
from tools.law_watch.records import Finding, Published, Watch, Watched, WatchError

from tidewaiter.base.errors import FetchError
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.rules import LawBook, Proposal
from tidewaiter.law.types import Amendment, Control, Regime, Source, Substance

ANSWERS = Path(__file__).parents[1] / "data" / "law_watch"
CSA = Watched(slug="us-csa", parts=("21 CFR 1308",))


def answer(name: str) -> bytes:
    """Return a recorded answer."""
    return (ANSWERS / name).read_bytes()


def registry(*amendments: Amendment, **sources: Source) -> Registry:
    """Return a registry with one instrument, read up to 20 August 2020."""
    regime = Regime(
        slug="us-csa",
        name="an instrument",
        jurisdiction="US",
        authority="an authority",
        source="a-source",
        edition=date(2020, 8, 20),
        checked=date(2026, 10, 14),
        amendments=amendments,
    )
    return Registry(substances=(), regimes={"us-csa": regime}, sources=sources, digest="")


def row(cite: str, since: date | None = None) -> Amendment:
    """Return a row of `amendments`."""
    return Amendment(what="a change", since=since, cite=cite, loaded=True)


def source(title: str) -> Source:
    """Return a source."""
    return Source(title=title, read=date(2026, 12, 1))


def us_findings(known: Registry) -> Mapping[str, Finding]:
    """Return findings in the recorded answer of the Federal Register, by citation."""
    documents = federal_register.read(answer("us-federal-register.json"), "answer")
    return {each.cite: each for each in compare(documents, CSA, known)}


def test_a_final_rule_that_is_not_known_is_new() -> None:
    """FR 2026-08517 is told with its days, title and address."""
    found = us_findings(registry())["FR 2026-08517"]
    assert found.is_new
    assert found.kind == "amendment"
    assert found.published == found.in_force == date(2026, 5, 1)
    assert "ADB-4en-PINACA" in found.title
    assert found.url.startswith("https://www.federalregister.gov/documents/2026/05/01/2026-08517/")


def test_a_rule_that_a_row_or_a_source_cites_is_not_new() -> None:
    """A row of amendments, or any source, that has the number makes it known."""
    cited = source("Federal Register 2026-08517, 1 May 2026")
    found = us_findings(registry(row("FR 2025-20004"), **{"us-fr": cited}))
    assert found["FR 2025-20004"].standing == "amendments"
    assert found["FR 2026-08517"].standing == "sources"
    by_slug = us_findings(registry(**{"us-fr-2026-08517": source("a rule")}))
    assert by_slug["FR 2026-08517"].standing == "sources"


@pytest.mark.parametrize("cite", ["FR 2026-085170", "FR 12026-08517", "FR 2026-0851"])
def test_a_part_of_another_number_is_no_citation(cite: str) -> None:
    """2026-08517 is not cited by 2026-085170."""
    assert us_findings(registry(row(cite)))["FR 2026-08517"].is_new


def test_a_draft_that_proposals_toml_cites_is_not_new() -> None:
    """The clause of a proposal is read as the rows are."""
    entered = Proposal(
        regime="us-csa",
        schedule="I (proposed)",
        substances=("etizolam",),
        since=date(2025, 7, 25),
        clause="FR 2025-14022",
        source="a-source",
    )
    known = msgspec.structs.replace(registry(), book=LawBook(proposals=(entered,)))
    assert us_findings(known)["FR 2025-14022"].standing == "sources"


def test_a_proposal_and_a_correction_are_told_as_such() -> None:
    """A notice of intent is a proposed rule of the Register, and is a proposal here."""
    found = us_findings(registry())
    assert found["FR 2025-14022"].kind == "proposal"
    assert found["FR 2025-22763"].kind == "proposal"
    assert found["FR 2023-15249"].kind == "correction"


def test_rules_on_other_parts_do_not_concern_an_instrument() -> None:
    """21 CFR 1301 and 1310 are no schedules of controlled substances."""
    found = us_findings(registry())
    assert "FR 2022-24140" not in found
    assert "FR 2022-24155" not in found


def test_a_rule_of_the_day_of_the_edition_is_in_it() -> None:
    """The day in force counts, and that of the publication where it is not told."""
    documents = [
        Published(cite=cite, title="", url="", kind="amendment", published=day, in_force=force)
        for cite, day, force in (
            ("read", date(2020, 8, 20), None),
            ("later", date(2020, 8, 21), None),
            ("read, in force", date(2020, 7, 20), date(2020, 8, 20)),
            ("published before, in force after", date(2020, 8, 20), date(2020, 8, 21)),
            ("without a day", None, None),
        )
    ]
    found = compare(documents, CSA, registry())
    assert [each.cite for each in found if each.is_new] == [
        "later",
        "published before, in force after",
        "without a day",
    ]


def test_substances_that_a_title_names_are_told_with_our_schedule() -> None:
    """So a person sees at once what is held, and until when."""
    until = date(2026, 12, 12)
    control = Control(regime="us-csa", schedule="I", until=until, source="a-source")
    held = Substance(
        slug="adb-4en-pinaca",
        name="ADB-4en-PINACA",
        kind="drug",
        controls=(control,),
        sources=("a-source",),
    )
    known = msgspec.structs.replace(registry(), substances=(held,))
    told = us_findings(known)["FR 2026-08517"].held
    assert told == ("adb-4en-pinaca (I, until 2026-12-12)",)


def test_documents_that_an_answer_leaves_out_are_an_error() -> None:
    """An answer of one page of several is not taken for all of them."""
    whole = json.loads(answer("us-federal-register.json"))
    raw = json.dumps(whole | {"count": whole["count"] + 1}).encode()
    with pytest.raises(WatchError) as caught:
        federal_register.read(raw, "answer")
    assert caught.value.at == "answer, $.results"


def test_the_address_of_a_question_has_agency_types_and_day() -> None:
    """The Register is asked for rules and proposed rules of one agency."""
    asked = federal_register.url({"agency": "an-agency", "since": "2020-08-20"})
    assert "conditions%5Bagencies%5D%5B%5D=an-agency" in asked
    assert "=RULE&" in asked
    assert "=PRORULE&" in asked
    assert "%5Bgte%5D=2020-08-20" in asked


def test_a_version_is_known_by_the_day_of_an_amendment() -> None:
    """A version of the Code has no number of its own."""
    documents = ecfr.read(answer("us-ecfr-1308.json"), "answer")
    found = compare(documents, CSA, registry(row("FR 2026-00633", date(2026, 2, 17))))
    standing = {each.in_force: each.standing for each in found}
    assert standing == {
        date(2020, 8, 20): "edition",
        date(2025, 10, 15): "new",
        date(2026, 2, 17): "amendments",
        date(2026, 5, 1): "new",
        date(2026, 8, 27): "new",
    }


def test_a_version_tells_all_sections_that_changed_on_a_day() -> None:
    """And none whose text did not change."""
    documents = ecfr.read(answer("us-ecfr-1308.json"), "answer")
    (found,) = [each for each in documents if each.in_force == date(2026, 5, 1)]
    assert found.touches == ("21 CFR 1308.11", "21 CFR 1308.49")
    assert not any("21 CFR 1308.12" in each.touches for each in documents)


def test_notes_of_the_canadian_act_tell_order_days_and_schedule() -> None:
    """SOR/2026-71 changed Schedule V on 5 June 2026, and was registered on 17 April."""
    documents = justice_laws.read(answer("ca-act.xml"), "answer")
    (found,) = [each for each in documents if each.cite == "SOR/2026-71"]
    assert found.published == date(2026, 4, 17)
    assert found.in_force == date(2026, 6, 5)
    assert found.touches == ("SCHEDULE V",)
    assert found.url == "https://laws-lois.justice.gc.ca/eng/acts/C-38.8/"
    # The act itself is in its notes, as the law that enacted it.
    assert not any(each.cite == "1996, c. 19" for each in documents)


def test_an_order_in_force_in_steps_is_told_for_each() -> None:
    """SOR/2025-64 added a substance for a time, and ended it on another day."""
    documents = justice_laws.read(answer("ca-act.xml"), "answer")
    days = {each.in_force for each in documents if each.cite == "SOR/2025-64"}
    assert days == {date(2025, 4, 14), date(2025, 12, 19)}


def test_an_amendment_not_in_force_has_no_day() -> None:
    """SOR/2025-246 waits at the end of the Precursor Control Regulations."""
    documents = justice_laws.read(answer("ca-precursor-regulations.xml"), "answer")
    (found,) = [each for each in documents if each.cite == "SOR/2025-246"]
    assert found.in_force is None
    assert found.touches == (justice_laws.NOT_IN_FORCE,)


def test_a_schedule_is_not_another_that_begins_like_it() -> None:
    """Schedule V is not Schedule VI."""
    watched = Watched(slug="us-csa", parts=("SCHEDULE V",))
    documents = justice_laws.read(answer("ca-act.xml"), "answer")
    cites = {each.cite for each in compare(documents, watched, registry())}
    assert "SOR/2026-71" in cites
    assert "SOR/2026-38" not in cites


def test_effects_on_the_british_schedule_are_joined_by_order() -> None:
    """An order that changes two parts of Schedule 2 is one record; one on a section is not kept."""
    documents = legislation_uk.read(answer("uk-misuse-of-drugs-act.xml"), "answer")
    watched = Watched(slug="us-csa", parts=("Sch. 2",), since=date(2025, 1, 15))
    found = {each.cite: each for each in compare(documents, watched, registry())}
    assert list(found) == ["SI 2027/9999", "SI 2024/1361", "SI 2024/190", "SI 2017/634"]
    order = found["SI 2027/9999"]
    assert order.touches == ("Sch. 2 Pt. 1 para. 1(a)", "Sch. 2 Pt. 3 para. 1(a)")
    assert order.in_force == date(2027, 2, 1)
    assert [each.cite for each in found.values() if each.is_new] == ["SI 2027/9999"]


def test_acts_of_the_union_have_number_kind_and_first_day() -> None:
    """An act in force in steps begins on the first of its days."""
    documents = cellar.read(answer("eu-273-2004.json"), "answer")
    found = {each.cite: each for each in documents}
    assert found["Regulation (EU) 2027/9999"].in_force == date(2027, 1, 24)
    assert found["Regulation (EU) 2024/1331"].kind == "amendment"
    assert found["CELEX 32027R9999R(01)"].kind == "correction"
    assert found["CELEX 52027PC9999"].kind == "proposal"
    assert found["CELEX 02004R0273-20210113"].in_force == date(2021, 1, 13)


def test_the_consolidated_version_of_another_act_does_not_concern() -> None:
    """An act that amends two has a link to the versions of both."""
    watched = Watched(slug="us-csa", parts=("02004R0273",))
    documents = cellar.read(answer("eu-273-2004.json"), "answer")
    cites = [each.cite for each in compare(documents, watched, registry())]
    assert "CELEX 02004R0273-20210113" in cites
    assert "CELEX 02005R0111-20230220" not in cites


def test_no_query_is_made_of_what_is_no_celex() -> None:
    """A number with a quotation mark would be another query."""
    with pytest.raises(WatchError):
        cellar.url({"celex": '32004R0273") }'})


@pytest.mark.parametrize("reader", sorted(READERS))
@pytest.mark.parametrize("raw", [b"", b" \n", b"{", b"<a", b"\xff\xfe\x00", b"null", b"<a/>"])
def test_what_is_no_answer_is_refused(reader: str, raw: bytes) -> None:
    """Never an empty list: nothing would look like nothing new."""
    with pytest.raises(WatchError) as caught:
        READERS[reader].read(raw, "answer")
    assert caught.value.at.startswith("answer")
    assert caught.value.hint


def test_cut_json_is_refused_with_its_place() -> None:
    """The place is the byte at which it ends."""
    raw = answer("us-federal-register.json")[:1000]
    with pytest.raises(WatchError) as caught:
        federal_register.read(raw, "us-federal-register.json")
    assert caught.value.at == "us-federal-register.json, byte 1000"


def test_a_wrong_field_is_refused_with_its_place() -> None:
    """The place is the path of the field."""
    raw = answer("us-federal-register.json").replace(b'"2026-05-01"', b'"1 May"', 1)
    with pytest.raises(WatchError) as caught:
        federal_register.read(raw, "answer")
    assert caught.value.at.startswith("answer, $.results[")


def test_cut_xml_is_refused_with_its_line() -> None:
    """The place is the line at which it ends."""
    raw = answer("ca-act.xml")
    cut = raw[: raw.index(b"</Body>")]
    with pytest.raises(WatchError) as caught:
        justice_laws.read(cut, "ca-act.xml")
    lines = len(cut.splitlines())
    assert caught.value.at in {f"ca-act.xml, line {lines}", f"ca-act.xml, line {lines + 1}"}


@pytest.mark.parametrize("reader", ["justice-laws", "legislation-uk"])
def test_an_xml_bomb_is_harmless(reader: str) -> None:
    """Entities are refused before they are parsed, and so is a file that one would read."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 20))
    bomb = f'<!DOCTYPE feed [<!ENTITY e0 "x">{entities}]><feed>&e19;</feed>'
    outside = '<!DOCTYPE feed [<!ENTITY e SYSTEM "file:///etc/passwd">]><feed>&e;</feed>'
    bare = "<!DOCTYPE feed><feed/>"
    for text in (bomb, outside, bare):
        for coding in ("utf-8", "utf-16"):  # in the second, a search for bytes finds nothing
            with pytest.raises(WatchError):
                READERS[reader].read(text.encode(coding), "answer")
            with pytest.raises(WatchError):
                parse_xml(text.encode(coding), "answer", "feed")


def test_a_proposed_table_is_one_of_instrument_toml() -> None:
    """It decodes as a row of amendments; a proposal stays a comment."""
    findings = list(us_findings(registry(row("FR 2025-20004"))).values())
    text = as_toml("us-csa", findings)
    rows = msgspec.convert(msgspec.toml.decode(text)["amendments"], tuple[Amendment, ...])
    assert [each.cite for each in rows] == ["FR 2023-15249", "FR 2026-08517"]
    assert rows[1].since == rows[1].decided == date(2026, 5, 1)
    assert not any(each.loaded or each.all_named for each in rows)
    assert '# cite = "FR 2025-14022"' in text


def test_a_title_cannot_add_lines_to_a_proposal() -> None:
    """A title is a string in TOML, whatever is in it."""
    title = 'x"\nloaded = true\n[[amendments]]\x7f\\'
    found = Finding(
        instrument="us-csa",
        cite='FR "1"',
        kind="amendment",
        published=date(2026, 1, 1),
        in_force=None,
        title=title,
        url="https://law.example/x",
        touches=(),
        standing="new",
    )
    (table,) = msgspec.toml.decode(as_toml("us-csa", [found]))["amendments"]
    assert table["what"] == title
    assert table["loaded"] is False


def test_one_source_that_fails_does_not_stop_the_others() -> None:
    """Its error is told, and what the others found is kept."""
    good, bad = (
        Watch(name=name, reader="federal-register", question={}, instruments=(CSA,))
        for name in ("good", "bad")
    )
    answers = {"good": answer("us-federal-register.json"), "bad": b"<html>"}
    findings, failed = look([bad, good], registry(), lambda watch: answers[watch.name])
    assert any(each.is_new for each in findings)
    assert [each.at for each in failed] == ["bad.json, byte 0"]


def test_a_document_that_two_sources_tell_is_shown_once() -> None:
    """An act that amends two others is one change of the law."""
    watches = [
        Watch(name=name, reader="cellar", question={}, instruments=(Watched(slug="us-csa"),))
        for name in ("first", "second")
    ]
    findings, _ = look(watches, registry(), lambda _: answer("eu-273-2004.json"))
    cites = [each.cite for each in findings]
    assert len(cites) == len(set(cites))


def test_a_source_that_does_not_answer_is_an_error_with_a_hint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It names the address, and the way to go on without it."""

    def refuse(address: str, *_: object, **__: object) -> None:
        raise FetchError("transport/cannot-be-reached", error="no route", at=address)

    monkeypatch.setattr(command, "fetch", refuse)
    shown = CliRunner().invoke(main, ["us-ecfr-1308"])
    assert shown.exit_code == 2
    assert "error: us-ecfr-1308, https://www.ecfr.gov/" in shown.stderr
    assert "--from" in shown.stderr


def test_the_table_of_sources_names_instruments_that_exist() -> None:
    """Each watch has a reader, an address and instruments of the registry."""
    known = load_registry().regimes
    for watch in load_watches():
        assert READERS[watch.reader].url(watch.question).startswith("https://")
        assert all(each.slug in known for each in watch.instruments)


def test_the_command_writes_a_table_json_and_proposals(tmp_path: Path) -> None:
    """Exit 1: something is new. An invented regulation is never in the registry."""
    arguments = ["--from", str(ANSWERS), "--propose", str(tmp_path), "eu-273-2004"]
    shown = CliRunner().invoke(main, arguments)
    assert shown.exit_code == 1
    assert "Regulation (EU) 2027/9999" in shown.stdout
    assert "2024/1331" not in shown.stdout
    assert 'cite = "Regulation (EU) 2027/9999"' in (tmp_path / "eu-precursors.toml").read_text()
    told = CliRunner().invoke(main, [*arguments, "--json", "--all"])
    findings = msgspec.json.decode(told.stdout, type=list[Finding])
    assert {each.cite: each.standing for each in findings}["Regulation (EU) 2024/1331"] != "new"


def test_the_command_saves_what_it_read(tmp_path: Path) -> None:
    """A saved answer is the same bytes, under the name that --from reads."""
    arguments = ["--from", str(ANSWERS), "--save", str(tmp_path), "ca-act"]
    CliRunner().invoke(main, arguments)
    assert (tmp_path / "ca-act.xml").read_bytes() == answer("ca-act.xml")


def test_the_command_tells_how_many_sources_failed(tmp_path: Path) -> None:
    """Exit 2, and the failures are counted."""
    (tmp_path / "ca-act.xml").write_bytes(answer("ca-act.xml")[:500])
    shown = CliRunner().invoke(main, ["--from", str(tmp_path), "ca-act", "eu-273-2004"])
    assert shown.exit_code == 2
    assert "2 of 2 sources" in shown.stderr
    assert CliRunner().invoke(main, ["--from", str(tmp_path), "no-such-watch"]).exit_code == 2
