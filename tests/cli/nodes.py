"""Nodes of tests: each with its own keys and database, and the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tidewaiter.store.core.database import open_database
from tidewaiter.transport.context import desk_of
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.reconciliation import answer, catch_up
from tidewaiter.transport.sending import send_round


class Node:
    """A node, and its command line."""

    def __init__(
        self,
        call: Callable[..., Result],
        here: Path,
        name: str,
        patch: pytest.MonkeyPatch,
        *,
        country: str = "DE",
    ) -> None:
        self._call, self._here, self._name, self._patch = call, here, name, patch
        self.run(
            "node",
            "init",
            "--name",
            name.title(),
            "--country",
            country,
            "--roots",
            "roots",
            "--endpoint",
            "https://node.example",
        )
        told = self.run("node", "document", "--out", f"{name}.json").stdout.splitlines()
        self.node, self.words = told[0].split("(")[1].split(")")[0], told[1]

    def run(self, *arguments: str, code: int = 0) -> Result:
        """Run a command with the keys and the database of this node."""
        self._patch.setenv("TIDEWAITER_KEY", str(self._here / f"{self._name}.key"))
        done = self._call(*arguments, "--db", f"{self._name}.db")
        assert done.exit_code == code, done.output
        return done

    def bring(self, other: "Node") -> None:
        """Bring the other node what is due to it."""
        with (
            open_database(f"{self._name}.db") as mine,
            open_database(f"{other._name}.db") as theirs,
        ):
            desk = desk_of(mine, self._here / f"{self._name}.ring")
            far = desk_of(theirs, self._here / f"{other._name}.ring")
            while send_round(desk, other.node, lambda _, lines: receive(far, lines)).more:
                pass

    def catch_up(self, other: "Node") -> None:
        """Ask the other node what this one has forgotten, as it does before it serves."""
        with (
            open_database(f"{self._name}.db") as mine,
            open_database(f"{other._name}.db") as theirs,
        ):
            desk = desk_of(mine, self._here / f"{self._name}.ring")
            far = desk_of(theirs, self._here / f"{other._name}.ring")
            catch_up(desk, other.node, lambda _, text: answer(far, text))
