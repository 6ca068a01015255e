"""What a block must raise: an error by its code, whatever its words are."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tidewaiter.base.errors import InputError, TidewaiterError


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
