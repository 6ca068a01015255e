"""What was written, cut for a report."""


def shorten(text: str) -> str:
    """Cut a value for a report: at most 200 characters, nothing that breaks a line.

    What stands for a gap (a tab, a fixed space, an end of a line) is shown as a space.
    """
    shown = text[:200]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in shown)
    return shown.strip()
