"""Plug-ins: found once, checked, and named where they fail."""

import logging
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.plugged import install_examples, plug_in
from tests.support.raising import raises

from tidewaiter.base import plugins
from tidewaiter.base.errors import InputError, PluginError
from tidewaiter.base.plugins import LISTS, READERS, RULES, blamed, load_plugin, plugin_for
from tidewaiter.cli.core.main import main
from tidewaiter.parties import readers as parties
from tidewaiter.trade import readers
from tidewaiter.trade.rules.plugins import LineRule, plugin_rules
from tidewaiter.trade.types import FileFormat

FORM = FileFormat(title="Made up", read=lambda *_: iter(()))


@pytest.fixture
def anew() -> Iterator[None]:
    """Look plug-ins up in this test, whatever a test before has found."""
    plugins.installed.cache_clear()
    yield
    plugins.installed.cache_clear()


def test_one_of_another_name_is_used_and_ours_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the suffix that the entry point names; "csv" is ours."""
    plug_in(monkeypatch, READERS, {"pman": FORM, "csv": FORM})
    assert readers.plugin_formats() == {"pman": FORM}
    assert readers.readers()["csv"] is readers.BUILT_IN["csv"]


def test_one_that_cannot_be_loaded_is_named_and_the_others_stay(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether its module fails, or it is something else than it should be."""
    plug_in(monkeypatch, READERS, {"bad": RuntimeError("no disk"), "odd": len, "pman": FORM})
    with caplog.at_level(logging.WARNING, "tidewaiter.plugins"):
        assert readers.plugin_formats() == {"pman": FORM}
        assert readers.plugin_formats() == {"pman": FORM}
    assert len(caplog.messages) == 2  # each is reported once
    for name, message in zip(("bad", "odd"), caplog.messages, strict=True):
        assert f'"{name}" of guest 1.0' in message


def test_an_error_names_the_plug_in_unless_it_is_for_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a plug-in says itself about a file stays as it is."""
    plug_in(monkeypatch, READERS, {"pman": FORM})
    plugin = plugin_for(READERS, "pman")
    with raises("base/plugin-failed", PluginError) as caught, blamed(plugin):
        raise ZeroDivisionError
    assert caught.value.at == "tidewaiter.readers: guest:it_0"
    with raises("base/plugin-failed", PluginError), blamed(plugin):
        sys.exit("no")
    with raises("base/plugin-failed", PluginError), blamed(plugin):
        raise InputError.from_words("row 3", at="x.pman")
    with pytest.raises(InputError) as told, blamed(plugin, InputError):
        raise InputError.from_words("row 3", at="x.pman")
    assert told.value.at == "x.pman"
    with pytest.raises(PluginError):
        load_plugin(plugin, LineRule)


@pytest.mark.usefixtures("anew")
def test_installed_packages_are_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many places ask."""
    asked = []

    def look() -> object:
        asked.append(1)
        return entry_points()

    monkeypatch.setattr(plugins, "entry_points", look)
    for _ in range(3):
        assert not readers.plugin_formats()
        assert not parties.plugin_formats()
        assert not plugin_rules()
    assert len(asked) == 1


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize("command", ["", "screen", "rules", "rules weight", "plugins", "serve"])
def test_help_looks_nothing_up(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It need not wait for what it does not use."""
    monkeypatch.setattr(plugins, "entry_points", None)  # a call would fail
    assert CliRunner().invoke(main, [*command.split(), "--help"]).exit_code == 0


@pytest.mark.usefixtures("anew")
def test_what_packages_declare_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pip writes it down beside them: group, name, package and version; nothing is imported."""
    install_examples(tmp_path, "rule", "list")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = [(each.group, each.name, each.package, each.version) for each in plugins.installed()]
    assert found == [
        (LISTS, "board-list", "example-board-list", "1.0"),
        (RULES, "example-quiet-port", "example-quiet-ports", "1.0"),
    ]
    assert "example_quiet_ports" not in sys.modules
