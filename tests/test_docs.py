"""The documentation: its links lead somewhere, it names all there is, and its examples run."""

import inspect
import itertools
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import click
import msgspec
import pyarrow as pa
import pytest
from playwright.sync_api import Browser

from tidewaiter import api, client
from tidewaiter.base import errors
from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.phrases import english
from tidewaiter.base.resources import data, toml_files
from tidewaiter.casework.ranking.features import LEARNED
from tidewaiter.cli.core.main import main
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.law import structure
from tidewaiter.law.classes import (
    Allowed,
    Change,
    ClassRule,
    Clause,
    Exclusion,
    GroupName,
    Judgement,
    Site,
)
from tidewaiter.law.registry import load_registry
from tidewaiter.store.alerts.notes import NoteRule
from tidewaiter.store.core.database import open_database
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.screening import Screener
from tidewaiter.trade.types import ReadOptions

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)
FRONT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
RUN_AS_SHELL = (
    "tutorial/first-screening.md",
    "how-to/choose-a-match-threshold.md",
    "how-to/add-your-own-substances.md",
    "how-to/manage-party-lists.md",
    "how-to/resolve-entities.md",
    "how-to/rescreen-after-a-list-change.md",
    "how-to/import-another-countrys-counts.md",
)
ROW_OF_THE_README = 16
HINTS = sorted((ROOT / "src" / "tidewaiter" / "data" / "errors").glob("*.toml"))
RUN_AS_PYTHON = (DOCS / "how-to" / "use-as-a-python-library.md", ROOT / "README.md")
_FENCE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video)\b[^>]*\bsrc=\"((?:https?:)?//[^\"]+)\""
    r"|<link\b[^>]*\brel=\"(?:stylesheet|preload|preconnect|icon)\"[^>]*\bhref=\"((?:https?:)?//[^\"]+)\"",
)
_SHOWN = re.compile(r"^(?:\$ )?(tidewaiter (?:.*\\\n)*.*)$|`(tidewaiter [^`]+)`", re.MULTILINE)
_NO_COMMANDS = {"tidewaiter evidence bundle v1"}
_NAME = re.compile(r"[a-z][a-z-]*")  # of a command, not of an option, a value or a file
_TAKING_FILES = {"mirror"}  # groups that take something else than a command
_ENDS = {"|", "||", "&&", ";", ">", "#", "..."}
_FIRST_HITS = """words => words.map(word => {
  const hits = Search._performSearch(...Search._parseQuery(word));
  return hits.length ? hits.at(-1)[0] : "";
})"""
"""Asks the search of the built documentation; its hits come in rising order."""


def _read(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MyST make them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#{1,4} (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def _headings(page: str) -> set[str]:
    """Return the headings of a page, without the marks of code."""
    text = _FENCE.sub("", _read(page))
    return {head.replace("`", "") for head in re.findall(r"^#{2,4} (.+)$", text, re.MULTILINE)}


def _blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def _commands() -> Iterator[tuple[str, click.Command]]:
    yield from _below(main, "")


def _below(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    """Yield the commands of a group, and those of the groups among them."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        yield f"{words}{word}", command
        if isinstance(command, click.Group):
            yield from _below(command, f"{words}{word} ")


def _unknown(shown: str) -> list[str]:
    """Return the words of a command line that no command or option of ours has."""
    known = {"": main, **dict(_commands())}
    words = shlex.split(shown.replace("\\\n", " "), comments=True)[1:]
    words = list(itertools.takewhile(lambda word: word not in _ENDS, words))
    names = (" ".join(words[:many]) for many in range(len(words), -1, -1))
    name = next(name for name in names if name in known)
    further = words[len(name.split()) :][:1]
    takes_commands = isinstance(known[name], click.Group) and name not in _TAKING_FILES
    if takes_commands and _NAME.fullmatch("".join(further)):
        return further
    parts = [known[each] for each in known if name and each.startswith(f"{name} ")]
    options = [each for command in (known[name], *parts) for each in command.params]
    flags = {flag for each in options for flag in (*each.opts, *each.secondary_opts)}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    return sorted(given - flags - {"--help", "--version"})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the documentation once, with warnings as errors."""
    place = tmp_path_factory.mktemp("site")
    trees = tmp_path_factory.mktemp("trees")
    options = ["-q", "-W", "--keep-going", "-b", "html", "-d", str(trees)]
    command = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return place


@pytest.mark.parametrize("page", [*PAGES, *FRONT], ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of ours finds it, and each anchor finds its heading."""
    for link in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in _anchors(target), link


def test_every_page_is_in_the_index() -> None:
    """The table of contents names each page; one that it does not name is never found."""
    listed = re.findall(r"^([\w/-]+)$", _read("index.md"), re.MULTILINE)
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in PAGES} - {"index"}
    assert pages == set(listed)


@pytest.mark.parametrize("page", [*PAGES, *FRONT[:3]], ids=_name)
def test_the_commands_that_are_shown_exist(page: Path) -> None:
    """Each command that a page shows is one of ours, and so is each of its options."""
    text = page.read_text(encoding="utf-8")
    shown = {"".join(found) for found in _SHOWN.findall(text)} - _NO_COMMANDS
    assert {each: words for each in shown if (words := _unknown(each))} == {}


@pytest.mark.parametrize("path", HINTS, ids=_name)
def test_the_commands_that_hints_name_exist(path: Path) -> None:
    """What an error tells a user to run is a command, under its name of today."""
    hints = [each.get("hint", "") for each in tomllib.loads(path.read_text("utf-8")).values()]
    shown = {"".join(found) for hint in hints for found in _SHOWN.findall(hint)} - _NO_COMMANDS
    assert {each: words for each in shown if (words := _unknown(each))} == {}


def test_each_search_word_leads_to_its_page(site: Path, browser: Browser) -> None:
    """The search of the documentation shows the page that answers a usual word first."""
    pages = tomllib.loads(_read("search-words.toml"))
    wanted = {word: page for page, words in pages.items() for word in words}
    assert len(wanted) > 100
    page = browser.new_page()
    page.goto((site / "search.html").as_uri())
    page.wait_for_function("typeof Search !== 'undefined' && Boolean(Search._index)")
    hits = dict(zip(wanted, page.evaluate(_FIRST_HITS, list(wanted)), strict=True))
    page.close()
    assert {word: hit for word, hit in hits.items() if hit != wanted[word]} == {}


def test_every_command_has_an_entry() -> None:
    """The page of commands has a section for each command and for nothing else."""
    assert _headings("reference/commands.md") == {name for name, _ in _commands()}


def test_every_option_has_an_entry(site: Path) -> None:
    """The built page of commands shows each option that help shows; each says what it does."""
    built = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    for name, command in _commands():
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.help, f"{name} {option.opts[0]}"
                assert all(f"{flag}" in built for flag in option.opts), f"{name} {option.opts[0]}"


def test_every_command_ends_its_help_in_an_example() -> None:
    """The help of each command shows how it is called."""
    for name, command in _commands():
        last = (command.help or "").strip().splitlines()[-1]
        assert f"tidewaiter {name}" in last, name


def test_every_rule_has_an_entry() -> None:
    """The page of rules has an entry for each rule of alerts, and for no other."""
    rules = load_alert_rules()
    headings = _headings("reference/rules.md")
    parties = {"party", "linked", "restricted", "sign", "kept", LEARNED}
    slugs = {"control", *parties, *rules.evidence, *rules.check, *rules.past.rules}
    slugs |= {*get_args(NoteRule)}
    assert slugs <= headings
    assert {head for head in headings if " " not in head} == slugs


def test_every_regime_has_an_entry(site: Path) -> None:
    """The built page of regimes shows each body of law of the registry."""
    built = (site / "reference" / "regimes.html").read_text(encoding="utf-8")
    regimes = load_registry().regimes
    assert regimes
    assert [slug for slug in regimes if slug not in built] == []


def test_every_key_and_word_of_a_class_rule_has_an_entry() -> None:
    """The page of class rules explains each key of their records and each word for a group."""
    kinds = (ClassRule, Site, Clause, Change, Allowed, Exclusion, Judgement)
    keys = {field.name for kind in kinds for field in msgspec.structs.fields(kind)}
    text = _read("reference/classes.md")
    assert [word for word in (*sorted(keys), *get_args(GroupName)) if f"`{word}`" not in text] == []


def test_every_error_has_an_entry() -> None:
    """The page of errors has an entry for each class of error that a user can mend."""
    found = {
        name
        for module in (errors, structure, client)
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, TidewaiterError)
    }
    assert _headings("reference/errors.md") == found


def test_every_room_of_errors_has_an_entry() -> None:
    """The page of codes has a section for each file of data/errors."""
    rooms = {file.name.removesuffix(".toml") for file in toml_files(data("errors"))}
    assert _headings("reference/error-codes.md") == rooms


def test_every_public_function_has_an_entry() -> None:
    """The page of functions shows each name of the public face; errors have a page of their own."""
    shown = re.findall(
        r"auto(?:function|class):: tidewaiter\.api\.(\w+)", _read("reference/api.md")
    )
    assert sorted([*shown, "TidewaiterError"]) == sorted(api.__all__)


def test_every_setting_has_an_entry() -> None:
    """The page of settings has an entry for each environment variable of ours."""
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("conftest.py")]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert set(re.findall(r"TIDEWAITER_[A-Z_]+", text)) <= _headings("reference/settings.md")


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    """A reader without a network sees the same pages: no style, font, script or image is remote."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(PAGES)
    for page in pages:
        assert _FETCHED.search(page.read_text(encoding="utf-8")) is None, page.name
    for style in site.rglob("*.css"):
        remote = re.search(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", style.read_text("utf-8"))
        assert remote is None, style.name


def test_the_alert_of_the_readme_is_real() -> None:
    """The front page shows what the sample manifest gives, word for word."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    file = ROOT / "src" / "tidewaiter" / "data" / "samples" / "manifest.csv"
    screener = Screener(Identifier(load_lexicon()), load_alert_rules())
    with file.open("rb") as opened:
        parts = list(reader_for(file.name)(opened, file.name, ReadOptions()))
    batches = [part for part in parts if isinstance(part, pa.RecordBatch)]
    found = [screener.screen(batch, date(2026, 11, 25), file.name, "") for batch in batches]
    (alert,) = (alert for each in found for alert in each.alerts if alert.row == ROW_OF_THE_README)
    assert f"row {alert.row}: {alert.line.goods}, {alert.line.quantity}" in text
    assert f"{alert.severity}, score {alert.score}: {english(alert.title)}" in text
    shown = re.findall(r"^  ([+-]\d+)  (.+)$", text, re.MULTILINE)
    assert shown == [(f"{reason.points:+}", english(reason.says)) for reason in alert.reasons]


def test_every_revision_of_the_database_has_its_row() -> None:
    """In order, because an upgrade is described before it runs."""
    folder = ROOT / "src/tidewaiter/store/core/migrations/versions"
    revisions = sorted(path.stem[1:5] for path in folder.rglob("r*.py"))
    text = (DOCS / "reference/database.md").read_text("utf-8")
    assert re.findall(r"^\| `(\d{4})` \| \w", text, re.MULTILINE) == revisions


@pytest.mark.parametrize("page", RUN_AS_SHELL)
def test_shell_examples_run(page: str, tmp_path: Path) -> None:
    """Each ``sh`` block of the page ends with 0, in order, in an empty folder."""
    tools, folder = tmp_path / "bin", tmp_path / "work"
    tools.mkdir()
    folder.mkdir()
    command = tools / "tidewaiter"
    run = "from tidewaiter.cli.core.main import main\nmain()"
    command.write_text(f"#!{sys.executable}\n{run}\n", encoding="utf-8")
    command.chmod(0o755)
    (tools / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    (tools / "python").chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    source = f"{ROOT / 'src'}"
    here = {**os.environ, "PATH": path, "PYTHONPATH": source, "PYTHONUTF8": "1"}
    blocks = _blocks(DOCS / page, "sh")
    assert blocks
    for block in blocks:
        shell = ["bash", "-eu", "-o", "pipefail", "-c", block]
        done = subprocess.run(
            shell, cwd=folder, env=here, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", RUN_AS_PYTHON, ids=_name)
def test_python_examples_run(page: Path, tmp_path: Path) -> None:
    """The ``python`` blocks of the page run as one programme and print something."""
    blocks = _blocks(page, "python")
    assert blocks
    open_database(tmp_path / "tidewaiter.db").close()  # that a page reads
    here = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "pseudoephedrine" in done.stdout.lower()
