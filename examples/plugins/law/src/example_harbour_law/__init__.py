"""The law of a made-up authority: files alone, laid out as an authority's own lists."""

from pathlib import Path

from tidewaiter.law.types import LawFolder

LAW = LawFolder(path=Path(__file__).parent / "law")
