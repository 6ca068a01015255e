"""QR codes: a short text that a camera reads from a screen, from paper or from a terminal."""

import io

import segno

_BORDER = 4  # modules of white around it, as readers want


def svg_code(text: str, title: str) -> bytes:
    """Draw a text as an SVG file, black on white whatever is around it.

    Args:
        text: What a camera reads.
        title: What it is, for whoever does not see it.
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
    """Draw a text with block characters, for a terminal with light letters on dark ground."""
    out = io.StringIO()
    _code(text).terminal(out=out, border=_BORDER, compact=True)
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make(text, error="q", micro=False)
