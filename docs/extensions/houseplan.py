"""The plan of the source: floors from contracts, rooms from docstrings, lines from imports."""

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from directives import Facts, table
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tidewaiter"
WIDTH, ROW, TALL, MARGIN = 940, 66, 40, 8  # pixels of the drawing
Edges = Mapping[tuple[str, str], int]


def floors() -> list[list[str]]:
    """Read which rooms stand on which floor, from the top."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = project["tool"]["importlinter"]["contracts"]
    return [[room.strip() for room in floor.split("|")] for floor in contract["layers"]]


def modules() -> dict[str, Path]:
    """Find every module by its dotted name within the package; a package stands for its code."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def imports() -> Edges:
    """Count which room imports how many modules of which other room."""
    counted: Counter[tuple[str, str]] = Counter()
    for name, path in modules().items():
        room = name.partition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tidewaiter."):
                other = str(node.module).split(".")[1]
                if other != room:
                    counted[room, other] += 1
    return counted


def reduced(edges: Edges) -> list[tuple[str, str]]:
    """Leave out an import that goes the same way by another room: the rest shows the order."""
    below: dict[str, set[str]] = {}
    for upper, lower in edges:
        below.setdefault(upper, set()).add(lower)

    def reach(room: str) -> set[str]:
        direct = below.get(room, set())
        return direct.union(*(reach(each) for each in direct))

    return sorted(
        (upper, lower)
        for upper, lower in edges
        if not any(lower in reach(each) for each in below[upper] - {lower})
    )


def summary(path: Path) -> str:
    """Return the first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def draw(
    plan: Sequence[Sequence[str]], lines: Sequence[tuple[str, str]], count: Counter[str]
) -> str:
    """Draw the floors as rows of boxes, and the imports as lines behind them; return SVG."""
    place = {
        room: (column, len(floor), row)
        for row, floor in enumerate(plan)
        for column, room in enumerate(floor)
    }
    title = "The packages by layer; each line is an import, from a higher to a lower layer"
    size = f'viewBox="0 0 {WIDTH} {ROW * len(plan)}"'
    style = 'style="width:100%;height:auto;font:13px sans-serif"'
    head = f'<svg {size} role="img" aria-labelledby="plan-title" {style}>'
    parts = [head, f'<title id="plan-title">{title}</title>']
    for upper, lower in lines:
        (x1, y1), (x2, y2) = _middle(*place[upper]), _middle(*place[lower])
        half = (y1 + y2) / 2
        parts.append(
            f'<path d="M{x1:.0f} {y1:.0f} C{x1:.0f} {half:.0f} {x2:.0f} {half:.0f} {x2:.0f}'
            f' {y2:.0f}" fill="none" stroke="var(--color-foreground-muted,#777)"/>'
        )
    for room, where in place.items():
        parts.append(_box(room, where, count[room]))
    return "".join([*parts, "</svg>"])


def _middle(column: int, columns: int, row: int) -> tuple[float, float]:
    return WIDTH * (column + 0.5) / columns, ROW * (row + 0.5)


def _box(room: str, where: tuple[int, int, int], count: int) -> str:
    x, y = _middle(*where)
    wide = min(WIDTH / where[1], 260) - 2 * MARGIN
    number = f"{count} module" + ("s" if count != 1 else "")
    return (
        f'<rect x="{x - wide / 2:.0f}" y="{y - TALL / 2:.0f}" width="{wide:.0f}" height="{TALL}" '
        'rx="4" fill="var(--color-background-secondary,#f4f4f4)" '
        'stroke="var(--color-foreground-border,#888)"/>'
        f'<text x="{x:.0f}" y="{y - 3:.0f}" text-anchor="middle" font-weight="bold" '
        f'fill="var(--color-foreground-primary,#000)">{escape(room)}</text>'
        f'<text x="{x:.0f}" y="{y + 13:.0f}" text-anchor="middle" font-size="11" '
        f'fill="var(--color-foreground-secondary,#555)">{number}</text>'
    )


class HousePlan(SphinxDirective):
    """The picture: drawn from the contracts and the imports each time the pages are built."""

    def run(self) -> list[nodes.Node]:
        """Return the drawing as it stands in the page."""
        count = Counter(name.partition(".")[0] for name, path in modules().items() if _holds(path))
        lines = reduced({pair: n for pair, n in imports().items() if "__main__" not in pair})
        return [nodes.raw("", draw(floors(), lines, count), format="html")]


class Rooms(Facts):
    """The rooms from the top, each with the first line of its docstring and its folders."""

    required_arguments = 0

    def lines(self) -> Iterator[str]:
        """Give a table."""
        known = modules()
        folders = [name for name, path in known.items() if path.name == "__init__.py" and name]
        rows = []
        for room in (room for floor in floors() for room in floor):
            inside = [each.partition(".")[2] for each in folders if each.startswith(f"{room}.")]
            rows.append((f"`{room}`", summary(known[room]), ", ".join(inside)))
        yield from table(("package", "content", "subpackages"), rows)


def _holds(path: Path) -> bool:
    """Tell whether a module holds code: the head of a package often is a docstring alone."""
    return len(ast.parse(path.read_text(encoding="utf-8")).body) > 1
