"""The three tiers of tests, in one place: which files are quick, and which take minutes.

A file in neither table belongs to the middle tier. `make test-unit` runs the first tier,
`make test` the first two, `make test-long` the third.
"""

from collections.abc import Collection, Mapping

TARGETS: Mapping[str, str] = {
    "unit": "make test-unit",
    "middle": "make test",
    "long": "make test-long",
}

# Pure functions on small data: no process, browser, server or database, and nothing to compile.
UNIT = ("accounts/", "base/", "burden/", "casework/", "exchange/", "law/test_", "ledger/")

# Files in those folders that take seconds, have thousands of tests, or start processes.
NOT_UNIT = (
    "base/test_error_codes.py",
    "burden/claims/test_sentences.py",
    "burden/events/test_cards.py",
    "burden/nowcast/test_measured.py",
    "burden/readers/test_vsrr.py",
    "burden/releases/test_archive.py",
    "casework/ranking/test_training.py",
    "casework/suppression/test_offers.py",
    "exchange/feeds/test_misp.py",
    "exchange/feeds/test_stix.py",
    "exchange/feeds/test_taxii.py",
    "exchange/notices/test_anything.py",
    "exchange/notices/test_xml.py",
    "exchange/register/test_answering.py",
    "exchange/register/test_desk.py",
    "law/test_catalogue.py",
    "law/test_coverage.py",
    "law/test_listed_as_of.py",
    "law/test_own_lists.py",
    "law/test_registry.py",
    "law/test_variants.py",
)

# Files that take minutes, the longest first: begun last, one would run on when all others are done.
LONG = (
    "bulk/test_kills.py",
    "bulk/test_stops.py",
    "node/uploads/test_kills.py",
    "test_docs.py",
    "transport/test_programme.py",
    "web/core/test_openapi.py",
    "transport/test_machines.py",
    "node/rescreen/test_property.py",
    "demo/test_coalition.py",
    "bulk/test_alone.py",
    "test_together.py",
    "transport/test_hostile_peers.py",
    "web/core/test_kills.py",
    "trade/readers/test_fuzz.py",
    "native/test_sanitized.py",
    "cli/core/test_faults.py",
    "cli/screening/test_cluster.py",
    "bulk/spark/test_spark.py",
    "bulk/spark/test_spark_again.py",
    "node/rescreen/test_again_stops.py",
    "benchmarks/test_scale.py",
)

# A test that asks for one of these is not quick, in whatever file it is.
_SLOW = {"blank", "database", "defects", "dialect", "findings", "prepared", "shared"}

REFUSED = {"os.fork", "os.posix_spawn", "socket.bind", "sqlite3.connect", "subprocess.Popen"}
"""What no quick test does, as Python's audit events call it."""


def tier_of(path: str, fixtures: Collection[str] = ()) -> str:
    """Name the tier of a test.

    Args:
        path: Of its file, from the folder of tests.
        fixtures: What it asks for.

    Returns:
        "unit", "long", or "" for the middle tier.
    """
    if path in LONG or "browser" in fixtures:
        return "long"
    quick = path.startswith(UNIT) and path not in NOT_UNIT
    return "unit" if quick and not _SLOW.intersection(fixtures) else ""


def is_left_out(path: str, marks: str) -> bool:
    """Return whether a file or folder has no test of the requested tiers, to skip its import.

    Args:
        path: Relative to the folder of tests; "." is that folder.
        marks: Value of pytest's option "-m".
    """
    if not path.endswith(".py"):
        folder = "" if path == "." else f"{path}/"
        quick = any(each.startswith(folder) or folder.startswith(each) for each in UNIT)
        return marks == "unit" and not quick
    if marks == "unit":
        return tier_of(path) != "unit"
    return marks == "not long" and tier_of(path) == "long"
