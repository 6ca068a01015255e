"""How an extra is installed: the optional libraries of pyproject.toml."""


def install_command(extra: str) -> str:
    """Return the command that installs an extra ("chem"), for a hint.

    It installs from a checkout and never by our name from a package index: no release of ours is
    there, so whoever took the name would be installed instead.
    """
    return f"in a checkout of Tidewaiter: pip install '.[{extra}]'"
