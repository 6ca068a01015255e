"""The command, to compare with."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from tidewaiter.cli.core.main import main


@pytest.fixture
def call() -> Callable[..., Result]:
    """Call the command with arguments."""
    return lambda *arguments: CliRunner().invoke(main, arguments)
