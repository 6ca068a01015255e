"""Shared by the tests of earlier lines: transactions in files."""

from pathlib import Path

HEAD = (
    "consignment,goods,net kg,exporter name,importer name,"
    "origin country,destination country,departure\n"
)
OLD = "".join(
    f"{n},cotton shirts,9,Old {n},Shop {n},DE,US,2026-0{1 + n % 8}-10\n" for n in range(120)
)
"""120 lines of shirts, each of another pair of firms."""


def write_dealings(path: Path, *rows: tuple[str, str]) -> Path:
    """Write a file of acetic anhydride from one firm to one other: kilograms and days."""
    lines = [
        f"{number},acetic anhydride,{kilos},Hafen AG,Muster Inc,DE,US,{day}\n"
        for number, (kilos, day) in enumerate(rows)
    ]
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    return path
