"""A browser for tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

# A machine that runs other tests beside may take more than Playwright's 5 s for a page.
_PATIENCE = 60_000  # ms


def find_chromium() -> str | None:
    """Return the path of Chromium on this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def headless(path: str) -> Iterator[Browser]:
    """Run a headless Chromium during the block."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start a headless Chromium; one for all tests, as two of its drivers do not get on."""
    found = find_chromium()
    if found is None:
        pytest.skip("chromium is not installed")
    expect.set_options(timeout=_PATIENCE)
    with headless(found) as started:
        yield started
