"""Passkeys, with a device that the browser plays."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.web.browsing import Opened
from tests.web.conftest import Desk

from tidewaiter.accounts.passkeys import Site, make_challenge, read_challenge
from tidewaiter.base.errors import InputError
from tidewaiter.store.accounts.credentials import passkeys
from tidewaiter.web.core.node import Node


def _device(page: Page) -> None:
    """Put a device into the browser that says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.browser
def test_a_passkey_is_made_and_signs_in(opened: Opened, served: tuple[str, Node]) -> None:
    """Without a password, and not any more once it is forgotten."""
    address, node = served
    page, told = opened("/account")
    _device(page)
    page.fill("#passkey-name", "My phone")
    page.click("[data-passkey-make]")
    expect(page.get_by_text("My phone")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{address}/sign-in?next=/account")
    page.click("[data-passkey-use]")
    page.wait_for_url(f"{address}/account")
    with node.read() as work:
        (kept,) = passkeys(work, 1)
    assert kept.used is not None
    page.get_by_role("button", name="Delete My phone").click()
    expect(page.get_by_text("My phone")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{address}/sign-in")
    assert told == []
    page.click("[data-passkey-use]")
    expect(page.locator("#passkey-told")).to_contain_text("not registered")


def test_a_challenge_is_ours_and_in_time(node: Node) -> None:
    """A made-up one, a changed one and an old one are refused."""
    now = node.now()
    challenge = make_challenge(node.secret, now)
    assert read_challenge(node.secret, challenge, now) == challenge.encode()
    ends = now + timedelta(minutes=6)
    for told, when in ((challenge, ends), ("x" + challenge, now), ("", now), ("a.9.b", now)):
        with pytest.raises(InputError):
            read_challenge(node.secret, told, when)
    with pytest.raises(InputError):
        read_challenge(b"another process", challenge, now)


def test_what_is_no_passkey_is_refused(desk: Callable[..., Desk]) -> None:
    """Whatever is sent in its place."""
    one = desk("analyst")
    for credential in ({}, {"id": 7}, {"id": "AAAA"}, {"id": "!"}):
        answer = one.send("/sign-in/passkey", {"credential": credential})
        assert answer.status_code == 400
        assert one.send("/account/passkeys", {"credential": credential}).status_code == 400


@pytest.mark.parametrize(
    ("origin", "takes"),
    [
        ("https://tide.example", True),
        ("http://localhost:8477", True),
        ("http://tide.example", False),
        ("https://192.0.2.1", False),
        ("http://[::1]:8477", False),
    ],
)
def test_where_passkeys_can_be_made(origin: str, *, takes: bool) -> None:
    """A name, and HTTPS or one's own machine."""
    assert Site(origin=origin).takes_passkeys is takes
