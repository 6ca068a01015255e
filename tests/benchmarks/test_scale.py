"""A benchmark of scale times commands that did their work, and no others."""

import sys

import pytest

pytest.importorskip("psutil", reason="psutil, of the extra bench, is not installed")

from benchmarks import scale


def test_a_command_that_fails_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash has the same exit status as refused rows, and must be distinguished."""
    monkeypatch.setattr(scale, "COMMAND", (sys.executable, "-c"))
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        scale.run("1 / 0")
    with pytest.raises(AssertionError, match="refused"):
        scale.run("raise SystemExit(print('refused') or 2)")
    assert scale.run("raise SystemExit(1)").cpu >= 0
    took = scale.run("import time; time.sleep(0.5)")
    assert took.wall > 0.4
    assert took.memory
