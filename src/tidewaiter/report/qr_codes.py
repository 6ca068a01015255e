"""QR codes of short texts, for a screen, paper or a terminal."""

import io

import segno

_BORDER = 4  # quiet zone in modules, as QR readers require


def svg_code(text: str, title: str) -> bytes:
    """Draw a text as an SVG file, black on white on any background.

    Args:
        text: The text encoded.
        title: Text alternative for screen readers.
    """
    out = io.BytesIO()
    _code(text).save(
        out,
        kind="svg",
        border=_BORDER,
        dark="#000",
        light="#fff",
        title=title,
        xmldecl=False,
        omitsize=True,
        nl=False,
    )
    return out.getvalue()


def terminal_code(text: str) -> str:
    """Draw a text with block characters, for a terminal with a dark background."""
    out = io.StringIO()
    _code(text).terminal(out=out, border=_BORDER, compact=True)
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make(text, error="q", micro=False)
