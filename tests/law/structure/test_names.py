"""Parsing systematic names: OPSIN in a separate process, and its possible failures."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.base.resources import data, read_toml
from tidewaiter.law.registry import Registry
from tidewaiter.law.structure import (
    StructureError,
    inchikey,
    opsin,
    parse_structure,
    reading,
)
from tidewaiter.law.structure.opsin import Opsin
from tidewaiter.law.structure.parsing import Words


@pytest.fixture
def worker() -> Iterator[Opsin]:
    """Start an OPSIN that other tests do not share."""
    found = opsin.opsin()
    own = Opsin(found._command)
    yield own
    own.close()


def _fake(tmp_path: Path, code: str) -> Opsin:
    """Return a worker with our script as its process, for what OPSIN never does on purpose."""
    script = tmp_path / "fake.py"
    script.write_text(f"import os, sys, time\n{code}\n", encoding="utf-8")
    return Opsin((sys.executable, str(script)))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("propan-2-one", "acetone"),
        ("1-phenylpropan-2-one", "1-phenyl-2-propanone"),
        ("N-phenyl-N-[1-(2-phenylethyl)piperidin-4-yl]propanamide", "fentanyl"),
        ("acetic\n\tanhydride", "acetic-anhydride"),
        ("N‐phenylpiperidin‐4‐amine", "4-anilinopiperidine"),
    ],
)
def test_a_systematic_name_gives_the_listed_compound(
    name: str, slug: str, registry: Registry
) -> None:
    """Names with hyphens of all kinds, and broken over lines, are read."""
    structure = parse_structure(name)
    assert structure.form == "name"
    assert inchikey(structure) == registry.substance(slug).inchikey


def test_a_reading_shows_what_opsin_made_of_a_name() -> None:
    """An ordinary word that is a name of an element is read as that, and says so."""
    assert reading(parse_structure("lead")) == 'the name "lead", read by OPSIN as [Pb]'


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sodium foobarate", "OPSIN does not know"),
        ("glass", 'OPSIN does not know "glass"'),
        ("speed", "OPSIN does not know"),
        ("ether", "unsure of the meaning"),
        ("polyethylene", "open place"),
        ("tritanium", "(C1=CC=CC=C1)C1=CC=CC=C1: Explicit valence for atom # 0 C"),
        ("poly(vinyl chloride)", "not"),
        ("x" * 3_000, "more than 2,000 characters"),
        ("ace\udcfftone", "broken characters"),
        ("-osmi", "not"),
        ("\0", "was blank"),
    ],
)
def test_what_is_no_name_says_why(name: str, why: str) -> None:
    """A name that gives no structure is refused, with OPSIN's reason and its place."""
    with pytest.raises(StructureError) as caught:
        parse_structure(name, "name", at="row 3")
    assert why in caught.value.message
    assert caught.value.at == "row 3"


def test_everyday_words_need_to_be_called_names() -> None:
    """OPSIN reads each of these words, so each would become a structure unseen."""
    words = read_toml(data("structures", "words.toml"), Words).words
    assert len(set(words)) == len(words) > 40
    for word in words:
        with raises("law/everyday-word", StructureError):
            parse_structure(word.capitalize())
        assert parse_structure(word, "name").form == "name"


def test_a_thousand_names_need_one_process(worker: Opsin) -> None:
    """The process is warm: names after the first need no new one."""
    worker.ask("ethanol")
    process = worker._process
    answers = [worker.ask(f"{place}-methyldodecane")[0] for place in range(2, 8)] * 50
    assert all(answers)
    assert worker._process is process


def test_a_crash_is_survived(worker: Opsin) -> None:
    """A process killed between two names is restarted transparently."""
    assert worker.ask("methanol")[0] == "CO"
    assert worker._process is not None
    os.kill(worker._process.pid, signal.SIGKILL)
    worker._process.wait()
    assert worker.ask("methanol")[0] == "CO"
    worker.close()
    worker.close()
    assert worker.ask("methanol")[0] == "CO"


def test_a_name_that_ends_the_process_is_an_error(tmp_path: Path) -> None:
    """A name that stops OPSIN twice is given up; the next one is read."""
    code = (
        "for line in sys.stdin:\n"
        "    if 'bad' in line: sys.exit(1)\n"
        "    print('C\\t' + line, end='', flush=True)"
    )
    worker = _fake(tmp_path, code)
    with raises("law/opsin-stopped", StructureError, name="bad"):
        worker.ask("bad")
    assert worker.ask("good") == ("C", "")
    worker.close()


def test_a_name_that_takes_too_long_is_an_error(tmp_path: Path) -> None:
    """A name without an answer times out, and its late answer is not used for another name."""
    code = (
        "for line in sys.stdin:\n"
        "    if 'slow' in line: time.sleep(60)\n"
        "    print('C\\t' + line, end='', flush=True)"
    )
    worker = _fake(tmp_path, code)
    assert worker.ask("quick", 20)[0] == "C"
    with raises("law/opsin-does-not-answer", StructureError, name="slow", seconds=0.5):
        worker.ask("slow", 0.5)
    assert worker.ask("good", 20) == ("C", "")
    worker.close()


def test_a_java_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    """A process that ends at once, or cannot be run, is an error of ours."""
    with raises("law/opsin-stopped", StructureError):
        _fake(tmp_path, "sys.exit(3)").ask("ethanol")
    with raises("law/opsin-does-not-start", StructureError):
        Opsin((str(tmp_path / "no-java"),)).ask("ethanol")


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra a name is refused with the way to get it; SMILES are read all the same."""
    monkeypatch.setattr(opsin, "find_spec", lambda _: None)
    opsin.opsin.cache_clear()
    try:
        with raises("law/package-of-opsin-not-installed", StructureError) as caught:
            parse_structure("propan-2-one")
        assert ".[chem]" in caught.value.hint
        assert parse_structure("CCO").form == "smiles"
    finally:
        opsin.opsin.cache_clear()


def test_the_process_ends_with_ours() -> None:
    """No Java is left behind, neither after a normal end nor after a kill."""
    code = (
        "from tidewaiter.law.structure import opsin, parse_structure\n"
        "parse_structure('methanol', 'name')\n"
        "print(opsin.opsin()._process.pid, flush=True)\n"
        "import os, signal; {}"
    )
    for end in ("pass", "os.kill(os.getpid(), signal.SIGKILL)"):
        command = [sys.executable, "-c", code.format(end)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        java = int(done.stdout)
        limit = time.monotonic() + 20
        while time.monotonic() < limit and Path(f"/proc/{java}/cmdline").exists():
            if not Path(f"/proc/{java}/cmdline").read_bytes():
                break  # ended, and its parent has not asked yet
            time.sleep(0.05)
        else:
            assert time.monotonic() < limit
