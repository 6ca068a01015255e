"""Former names of commands and options, and the option that makes exit status 1 a 0."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tidewaiter.cli.core.options import (
    Renamed,
    mark_refused,
    ok_with_refusals,
    own_lists,
)

Call = Callable[..., Result]


@pytest.mark.parametrize(
    ("former", "name"),
    [
        (("coalition", "roster"), "coalition member-list"),
        (("coalition", "roster", "heed"), "coalition member-list trust"),
        (("coalition", "roster", "take"), "coalition member-list accept"),
        (("coalition", "roster", "tell"), "coalition member-list send"),
        (("coalition", "commitments", "tell"), "coalition commitments send"),
        (("feeds", "make"), "feeds create"),
        (("groups", "make"), "groups create"),
        (("incidents", "tell"), "incidents report"),
        (("notices", "not-for-us"), "notices not-competent"),
        (("peers", "say"), "peers send"),
        (("recalls", "passed"), "recalls shared"),
        (("rules", "turn"), "rules weight"),
    ],
)
def test_a_former_name_is_the_new_command(call: Call, former: tuple[str, ...], name: str) -> None:
    """Its help is that of the new name, and the notice goes only to stderr."""
    old, new = call(*former, "--help"), call(*name.split(), "--help")
    assert old.exit_code == new.exit_code == 0
    assert old.stdout == new.stdout
    assert name in old.stderr.splitlines()[-1]
    assert not new.stderr


def test_former_names_are_hidden() -> None:
    """The help of a group and its list of commands have the new name alone."""

    @click.group(cls=Renamed, former={"old": "new"})
    def group() -> None:
        """Do something."""

    @group.command()
    def new() -> None:
        """Do it."""

    assert group.list_commands(click.Context(group)) == ["new"]
    assert CliRunner().invoke(group, ["other"]).exit_code == 2


@pytest.mark.parametrize(("given", "found"), [([], False), (["--slang"], True)])
def test_the_former_flag_is_the_new_one(given: list[str], found: bool) -> None:  # noqa: FBT001
    """`--street` sets what `--slang` sets, with a notice; help has the new name alone."""
    seen = []

    @click.command()
    @own_lists
    def command(street: bool, own: tuple[Path, ...]) -> None:  # noqa: FBT001
        seen.append((street, own))

    runner = CliRunner()
    assert not runner.invoke(command, given).stderr
    assert "--slang" in runner.invoke(command, ["--street"]).stderr
    assert seen == [(found, ()), (True, ())]
    assert "--street" not in runner.invoke(command, ["--help"]).stdout


@pytest.mark.parametrize("how", ["exit", "context", "mark"])
def test_refusals_can_be_accepted(how: str) -> None:
    """Exit status 1 becomes 0 with the option; other statuses stay."""

    @click.command()
    @click.argument("code", type=int)
    @ok_with_refusals
    @click.pass_context
    def command(ctx: click.Context, code: int) -> None:
        if how == "mark":
            mark_refused()
        elif how == "context":
            ctx.exit(code)
        else:
            raise SystemExit(code)

    runner = CliRunner()
    assert runner.invoke(command, ["1"]).exit_code == 1
    assert runner.invoke(command, ["1", "--ok-with-refusals"]).exit_code == 0
    if how != "mark":
        assert runner.invoke(command, ["2", "--ok-with-refusals"]).exit_code == 2
        assert runner.invoke(command, ["70", "--ok-with-refusals"]).exit_code == 70


def test_a_file_with_unreadable_rows(call: Call, here: Path) -> None:
    """Rows that cannot be read: 1; with the option 0, and the alerts are the same."""
    text = "goods,net_kg\nEphedrine,1 kg\nEphedrine,many\n"
    (here / "bad.csv").write_text(text, encoding="utf-8")
    screen = ("screen", "bad.csv", "--day", "2026-11-25", "--map", "goods=goods")
    one = call(*screen, "--map", "net=net_kg", "--out", "one.jsonl")
    two = call(*screen, "--map", "net=net_kg", "--out", "two.jsonl", "--ok-with-refusals")
    assert (one.exit_code, two.exit_code) == (1, 0)
    assert (here / "one.jsonl").read_bytes() == (here / "two.jsonl").read_bytes()
