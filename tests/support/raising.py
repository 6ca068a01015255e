"""What a block must raise: an error by its code, whatever its words are."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from string import Formatter

import pytest

from tidewaiter.base.errors import InputError, TidewaiterError, template_of


@contextmanager
def raises(
    code: str,
    kind: type[TidewaiterError] = InputError,
    /,
    *,
    at: str | None = None,
    **values: str | float,
) -> Iterator[pytest.ExceptionInfo[TidewaiterError]]:
    """Check that a block raises an error.

    Args:
        code: Of the error.
        kind: Its class.
        at: Its place; None: any.
        values: Some of its values.

    Yields:
        The error, once the block has ended.
    """
    with pytest.raises(kind) as caught:
        yield caught
    error = caught.value
    assert error.code == code, f"{error.code}: {error}"
    assert at in {None, error.at}
    assert dict(error.values) == {**error.values, **values}


def says(text: str, said: str) -> bool:
    """Return whether a text contains the message of an error.

    Args:
        text: Output of a command, or a page.
        said: The code of the error, for any values; or words.
    """
    parts = [literal for literal, *_ in Formatter().parse(template_of(said)["says"])]
    assert any(map(str.strip, parts)), f"{said} has no words of its own"
    return re.search(".*?".join(map(re.escape, parts)), text) is not None


def message_of(code: str, /, **values: str | float) -> str:
    """Return what the entry of a code says, for a record that keeps only its message."""
    return InputError(code, at="", **values).message
