"""What was written, cut for a report."""


def shorten(text: str) -> str:
    """Cut a value for a report: at most 200 characters, nothing that breaks a line."""
    shown = text[:200]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else "\ufffd" for c in shown)
    return shown.strip()
