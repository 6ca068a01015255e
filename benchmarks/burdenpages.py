"""How long the pages of official counts take: at first, and while the archive stays as it is.

Run ``python -m benchmarks.burdenpages FOLDER``: a folder of releases of CDC's provisional counts.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from litestar.testing import TestClient

from tidewaiter.burden.releases.archive import ReleaseArchive, ReleaseFile
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.web.core.app import make_app
from tidewaiter.web.core.node import Node, Serving
from tidewaiter.web.core.security import COOKIE

KEPT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "burdenpages.json"
PATHS = (
    "/burden",
    "/burden?place=Ohio&indicator=T40.4",
    "/burden/drugs",
    "/burden/map?indicator=T40.4",
    "/burden/changes",
    "/burden/events?event=us-fentanyl-class",
    "/burden/claims?text=nearly+110,000+deaths+in+2022",
    "/burden/trends/csv",
    "/burden/trends/png",
    "/burden/brief.html",
    "/burden/brief.pdf",
)
_AGAIN = 5


def main(source: Path) -> None:
    """Ask for each page, and print how long the first and later answers took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["TIDEWAITER_KEY"] = f"{name}/node.key"
        kept = ReleaseArchive(folder / "releases")
        for path in sorted(source.iterdir()):
            if path.name.startswith("v20") and path.suffix in {".csv", ".xlsx"}:
                kept.add(ReleaseFile(name=path.name, content=path.read_bytes()), datetime.now(UTC))
        found = {
            "releases": len(kept.kept()),
            "figures": sum(each.figures for each in kept.kept()),
            "milliseconds": measure(folder),
        }
    KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


def measure(folder: Path) -> dict[str, tuple[float, float]]:
    """Return of each path how long its first answer took, and the median of later ones."""
    node = Node(Serving(db=str(folder / "db"), archive=str(folder / "releases")))
    with node.change(None) as work:
        account = add_account(work, NewAccount(name="reyes", role="viewer"))
        header = {"cookie": f"{COOKIE}={begin_session(work, account, 'a benchmark')}"}
    told = {}
    with TestClient(make_app(node), node.address("")) as client:
        client.get("/rules", headers=header).raise_for_status()  # what all pages load
        for path in PATHS:
            took = []
            for _ in range(1 + _AGAIN):
                start = time.perf_counter()
                client.get(path, headers=header).raise_for_status()
                took.append(1_000 * (time.perf_counter() - start))
            told[path] = round(took[0], 1), round(statistics.median(took[1:]), 1)
    return told


if __name__ == "__main__":
    main(Path(sys.argv[1]))
