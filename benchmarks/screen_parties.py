"""Screening with party lists: their cost, and their false alerts.

``python -m benchmarks.screen_parties --lines 300000`` makes a manifest from fixed seeds, with two
parties per line, and screens it three times in a separate process: without lists, with OFAC's list
of 2026-07, and with it but without shell-company signs. It prints CPU seconds.

Then it searches with the screening's own finder for parties that are not listed: real companies by
country, with their country as in documents, and made-up persons by the origin of their names (the
negatives of partybench, each made near an entry of its list). A company with all words of a listed
name may be the listed one: it is counted separately. Writes
``docs/benchmarks/screen_parties.json``.
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
from benchmarks.comparing import wilson
from benchmarks.evaluation import ROOT, hs_descriptions, shared
from benchmarks.lines import repeated
from benchmarks.parties_made import COUNTRIES, core_of, many_bases, sightings

from tidewaiter.base.resources import data
from tidewaiter.parties.matching.types import read_rows
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.types import ListedParty, ListVersion, PartyKind, PartyName
from tidewaiter.trade.party_finder import finder_of
from tidewaiter.trade.party_matches import PartyFinder, PartyOnPaper
from tidewaiter.trade.rules.alert_rules import load_alert_rules

OUT = ROOT / "docs" / "benchmarks" / "screen_parties.json"
SEED = 1988
DAY = date(2026, 7, 11)
PARTIES = 100_000  # that make sightings; with variants, two to three times as many ways
NAMED = 1_000  # one line in so many names a listed party
HITS = 20  # one line in so many is of benchmarks.lines, of which 6 % name a substance
CHEMICAL = ("28", "29", "30", "38")  # chapters with words that name substances
COMMAND = (sys.executable, "-m", "tidewaiter")
KINDS: dict[str, PartyKind] = {
    "individual": "person",
    "vessel": "vessel",
    "aircraft": "aircraft",
}
ORIGINS = {
    "neg_company_cn": "companies, China",
    "neg_company_world": "companies, world",
    "neg_generic_company": "companies, general words",
    "neg_hanzi_company": "companies, in Han",
    "neg_hard_company": "companies, near listed ones",
    "neg_cyr_person": "persons, in Cyrillic",
    "neg_hanzi_person": "persons, in Han",
    "neg_hard_ar_person": "persons, Arabic, near listed ones",
    "neg_hard_cn_person": "persons, Chinese, near listed ones",
    "neg_hard_es_person": "persons, Spanish, near listed ones",
    "neg_hard_kr_person": "persons, Korean, near listed ones",
    "neg_hard_ru_person": "persons, Russian, near listed ones",
    "neg_person_global": "persons, of the world",
    "neg_person_us": "persons, United States",
}
ENOUGH = 100  # parties of an origin

Row = dict[str, object]


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=300_000)
    options.add_argument("--only", choices=("speed", "origins"))
    asked = options.parse_args()
    place = shared()
    if place is None:
        print("the data are not here")
        return
    folder = place / "data" / "parties"
    found: dict[str, object] = json.loads(OUT.read_text()) if OUT.is_file() else {}
    listed = ofac(folder / "lists" / "ofac_sdn_2026-07" / "ofac_sdn.json")
    if asked.only != "origins":
        found["speed"] = speed(listed, asked.lines)
    if asked.only != "speed":
        found["companies"] = companies(listed, folder / "lists")
        found["partybench"] = negatives(folder / "partybench")
    OUT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, rows in found.items():
        print(name)
        for row in rows if isinstance(rows, list) else [rows]:
            print("  ", json.dumps(row, ensure_ascii=False))


def ofac(path: Path) -> list[ListedParty]:
    """Read the list as a public program keeps it: names, aliases, kinds; no countries."""
    return [
        ListedParty(
            id=each["uid"],
            kind=KINDS.get(each["type"], "organisation"),
            names=(
                PartyName(text=each["name"]),
                *(PartyName(text=alias, kind="alias") for alias in each["aliases"]),
            ),
            action="blocked",
            programmes=(each["program"],),
        )
        for each in json.loads(path.read_text(encoding="utf-8"))["entries"]
    ]


def speed(listed: Sequence[ListedParty], lines: int) -> list[Row]:
    """Screen a manifest with and without the list, and without signs."""
    rows: list[Row] = []
    told: list[float] = []
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        manifest, rules = folder / "manifest.csv", folder / "alerts.toml"
        parties = write_manifest(manifest, listed, lines)
        text = data("rules", "alerts.toml").read_text(encoding="utf-8")
        rules.write_text(text.replace("most = 8", "most = 0"), encoding="utf-8")
        header = ListHeader(slug="ofac", name="OFAC, of 2026-07", dated=DAY)
        (folder / "ofac.jsonl").write_bytes(write_own_json(header, listed))
        run("lists", "add", str(folder / "ofac.jsonl"), "--lists", str(folder / "kept"))
        ways = {
            "without lists, without signs": ("none", "--rules", str(rules)),
            "without lists": ("none",),
            "with the list, without signs": ("kept", "--rules", str(rules)),
            "with the list": ("kept",),
        }
        warm = folder / "warm.csv"
        warm.write_text("goods,consignor\nephedrine,Muster GmbH\npaper,Beispiel AG\n")
        out = folder / "warm.jsonl"
        run("screen", str(warm), "--lists", str(folder / "kept"), "--out", str(out))  # compiles
        for name, (kept, *more) in ways.items():
            out = folder / "alerts.jsonl"
            where = ("--lists", str(folder / kept), "--out", str(out), "--workers", "1")
            seconds = run("screen", str(manifest), "--day", "2026-11-25", *where, *more)
            with out.open(encoding="utf-8") as file:
                alerts = [json.loads(line) for line in file]
            told.append(seconds)
            rows.append(
                {
                    "what": name,
                    "lines": lines,
                    "ways of writing parties": parties,
                    "cpu seconds": round(seconds, 1),
                    "ratio": round(seconds / told[0], 2),
                    "alerts": len(alerts),
                    "with a listed party": sum(bool(each["parties"]) for each in alerts),
                    "with a sign": sum(_signed(each) for each in alerts),
                }
            )
    return rows


def _signed(alert: dict[str, list[dict[str, object]]]) -> bool:
    return any(reason["rule"] == "sign" for reason in alert["reasons"])


def run(*arguments: str) -> float:
    """Call the command; return the seconds of the processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run((*COMMAND, *arguments), check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write_manifest(path: Path, listed: Sequence[ListedParty], count: int) -> int:
    """Write lines with two parties each; return in how many ways parties are written."""
    chance, numpy = random.Random(SEED), np.random.default_rng(SEED)
    size = min(PARTIES, count)
    pool = [each.sighting.written for each in sightings(list(many_bases(size, 77)), 78)]
    goods = iter(repeated(count // HITS + 1).to_pylist())
    plain = [text for code, text in hs_descriptions() if code[:2] not in CHEMICAL]
    picked = numpy.integers(len(pool), size=(count, 2))
    used: set[object] = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        titles = ("", " address", " country")
        ends = [f"{role}{title}" for role in ("consignor", "consignee") for title in titles]
        rows.writerow(["consignment", "goods", *ends])
        for number, (one, other) in enumerate(picked.tolist()):
            text = f"{number % 977} CARTONS {chance.choice(plain)[:80]} INV {number}"
            text = next(goods) if number % HITS == 0 else text
            two = [pool[one], pool[other]]
            used.update(two)
            cells = [cell for each in two for cell in (each.name, each.address, each.country)]
            if number % NAMED == 0:
                cells[0] = chance.choice(listed).names[0].text
            rows.writerow([f"C{number}", text, *cells])
    return len(used)


def companies(listed: Sequence[ListedParty], folder: Path) -> list[Row]:
    """Ask for real companies, by country, with their country."""
    same = {core_of(name.text) for party in listed for name in party.names}
    by: defaultdict[str, list[tuple[PartyOnPaper, bool]]] = defaultdict(list)
    path = folder / "ordinary_companies" / "companies.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            origin = row["country"] or "not given"
            party = on_paper(row["name"], COUNTRIES.get(row["country"]))
            by[origin].append((party, core_of(row["name"]) in same))
    few = [origin for origin, those in by.items() if len(those) < ENOUGH]
    by["other countries"] = [each for origin in few for each in by.pop(origin)]
    finder = finder_over(listed)
    rows = [flagged(origin, those, finder) for origin, those in by.items()]
    return sorted(rows, key=lambda row: -int(str(row["parties"])))


def negatives(folder: Path) -> list[Row]:
    """Ask for the queries of partybench that have no entry, by name alone."""
    by: defaultdict[str, list[tuple[PartyOnPaper, bool]]] = defaultdict(list)
    with (folder / "queries_dev.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["grp"] == "neg":
                by[ORIGINS[row["cls"]]].append((on_paper(row["query"], None), False))
    finder = finder_over(read_rows(folder / "list.jsonl"))
    return [flagged(origin, those, finder) for origin, those in sorted(by.items())]


def on_paper(name: str, country: str | None) -> PartyOnPaper:
    """Return a party as papers name it: name and country."""
    return PartyOnPaper(name, None, country, None, None)


def finder_over(listed: Sequence[ListedParty]) -> PartyFinder:
    """Build what a screening asks, with its own thresholds."""
    version = ListVersion(
        slug="list", name="List", authority="", sha256="0" * 64, read=DAY, entries=len(listed)
    )
    rule = load_alert_rules().party
    return finder_of([(version, listed)], rule.least, None, rule.linked.steps)


def flagged(origin: str, asked: Sequence[tuple[PartyOnPaper, bool]], finder: PartyFinder) -> Row:
    """Count parties with a resemblance, and with a sure one; those of a listed name apart."""
    sure = load_alert_rules().party.sure
    told = surely = apart = 0
    for part in _parts(asked):
        answers = finder.find([party for party, _ in part])
        for (_, same), matches in zip(part, answers, strict=True):
            apart += bool(matches) and same
            told += bool(matches) and not same
            surely += any(match.probability >= sure for match in matches) and not same
    total = len(asked)
    return {
        "origin": origin,
        "parties": total,
        "told": told,
        "told %": _percent(told, total),
        "sure": surely,
        "sure %": _percent(surely, total),
        "of a listed name": apart,
    }


def _percent(count: int, total: int) -> str:
    low, high = (100 * end for end in wilson(count, total))
    return f"{100 * count / total:.2f} ({max(low, 0):.2f} to {high:.2f})"


def _parts(asked: Sequence[tuple[PartyOnPaper, bool]]) -> Iterator[list[tuple[PartyOnPaper, bool]]]:
    rest = iter(asked)
    while part := list(islice(rest, 8_192)):
        yield part


if __name__ == "__main__":
    main()
