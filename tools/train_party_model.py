"""Train data/parties/model.toml: the coefficients for comparing two names.

Usage: python -m tools.train_party_model LIST.jsonl QUERIES.tsv NAME_BENCH.csv BILINGUAL.tsv \
    COMPANIES...

In addition to the queries, the training data are half of the labelled pairs of name_bench
(OpenSanctions, MIT), those with an even checksum of the names, while the other half is only for
evaluation; names in two scripts, see `party_crossed`; names of the list that are left out of it,
and companies that are not listed, see `party_strangers`. The last three are not part of the
figures.

Logistic regressions, one for persons and one for all others; and one for ships, which has not
learnt from strangers and aliases: firms that are not listed say little of ships, whose names are
mostly one word. Each query contributes its correct
entries and the most similar other entries; the name of an entry that counts is chosen by the model
of the previous round. Prints the results of a fivefold cross-validation by entry. Nothing is
random, so the same data give the same file.
"""

import csv
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tools.party_crossed import Block, Floats, aligned, blocks
from tools.party_pairs import Pair, align_pairs
from tools.party_strangers import aliases, strangers

from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.kernels.alignment import NAMES
from tidewaiter.parties.matching.types import read_queries, read_rows
from tidewaiter.parties.names.rarity import Rarity
from tidewaiter.parties.types import PartyKind

PLACE = Path(__file__).parents[1] / "src/tidewaiter/data/parties/model.toml"
FOLDS, ROUNDS = 5, 4
PENALTY = 1.0  # L2 penalty on coefficients of features scaled to spread 1
CLOSE = 1e-7  # step size at which Newton's method stops
OTHERS = 3  # number of most similar incorrect entries per query
DOUBTFUL = 0.3  # weight of such an entry if the correct one is listed too: it may be the same party
FIRST = {
    "one": -6,
    "evidence": 2,
    "log evidence": 3,
    "contradicted share": -12,
    "omitted listed share": -3,
    "omitted asked share": -5,
    "fuzziness": -1,
    "exact": 9,
    "edit": 8,
    "two edits": 7,
    "romanised": 8,
    "heard": 7,
    "joined": 8,
    "initial": 5,
    "loose": 5,
    "translated": 7,
    "transcribed": 7,
    "respelled": 7,
}
EXACT, INITIAL = NAMES.index("exact"), NAMES.index("initial")
TIED = 2.0  # coefficient of an initial, relative to that of a word: 2.5 nats at most
SHIPS = 0.9  # log-odds added for ships
PAIR = 1.0  # weight of a labelled pair
THRESHOLD = 0.4
HEAD = """\
# Made by tools/train_party_model.py. Do not edit.
source = "development half of partybench (names of OFAC SDN and EU lists); half of name_bench; \
half of names in two scripts; aliases left out of these lists; companies of the register of the \
Isle of Man (Open Government Licence) and of FinanceDatabase (MIT)"
threshold = {}  # of the probability, where nothing else is asked for
"""


class Data(NamedTuple):
    """All aligned data."""

    rows: NDArray[np.int32]  # query, entry, listed form, queried form
    values: Floats  # features, shape (rows, SIZE)
    right: NDArray[np.bool_]  # by row: the entry is a correct one
    person: NDArray[np.bool_]  # by query
    listed: NDArray[np.bool_]  # by query: it has correct entries
    fold: NDArray[np.int64]  # by query
    weight: Floats  # by query
    added: NDArray[np.bool_]  # by query: it is not one of the queries, whose figures are printed
    pairs: "Labelled"


class Labelled(NamedTuple):
    """Aligned pairs of name_bench."""

    rows: NDArray[np.int32]  # pair
    values: Floats
    same: NDArray[np.bool_]  # by pair
    person: NDArray[np.bool_]
    learnt: NDArray[np.bool_]  # by pair: in the training half


def read_data(
    list_path: Path,
    queries_path: Path,
    pairs_path: Path,
    table: Path,
    companies: Sequence[Path] | None,
) -> Data:
    """Align the queries with the list; None as `companies`: without strangers and aliases."""
    parties = read_rows(list_path)
    index = build_index(parties)
    with queries_path.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    with queries_path.open("rb") as file:
        asked = list(read_queries(file, queries_path.name))
    use = [place for place, row in enumerate(told) if row["grp"] in {"pos", "neg"}]
    asked, told = [asked[place] for place in use], [told[place] for place in use]
    texts, kinds = [each.text for each in asked], [each.kind for each in asked]
    rows, values = aligned(index, texts, kinds)
    gold = [set(filter(None, row["gold"].split("|"))) for row in told]
    ids = [party.id for party in index.parties]
    keys = [row["gold"].split("|")[-1] or row["base"] or row["query"].lower() for row in told]
    own = Data(
        rows,
        values,
        np.array([ids[entry] in gold[query] for query, entry in rows[:, :2].tolist()]),
        np.array([kind == "person" for kind in kinds]),
        np.array([bool(each) for each in gold]),
        folds(keys),
        np.ones(len(told)),
        np.zeros(len(told), np.bool_),
        read_pairs(pairs_path, index.rarity),
    )
    apart = [] if companies is None else [aliases(parties), strangers(parties, companies)]
    for block in (*blocks(parties, table), *apart):
        own = with_block(own, block, index.rarity)
    return own


def folds(keys: list[str]) -> NDArray[np.int64]:
    """Return the fold of each query, by its entry."""
    return np.array([zlib.crc32(key.encode()) % FOLDS for key in keys])


def with_block(data: Data, block: Block, rarity: Rarity) -> Data:
    """Add names in two scripts, aligned with a separate list."""
    index = build_index(block.parties, rarity)
    asked = block.asked
    rows, values = aligned(index, [each.text for each in asked], [each.kind for each in asked])
    ids = [party.id for party in index.parties]
    right = [ids[entry] == asked[query].right for query, entry in rows[:, :2].tolist()]
    rows[:, 0] += len(data.person)
    return Data(
        np.concatenate((data.rows, rows)),
        np.concatenate((data.values, values)),
        np.concatenate((data.right, np.array(right))),
        np.concatenate((data.person, np.array([each.kind == "person" for each in asked]))),
        np.concatenate((data.listed, np.array([bool(each.right) for each in asked]))),
        np.concatenate((data.fold, folds([each.entry for each in asked]))),
        np.concatenate((data.weight, np.array(list(map(block.weight, asked))))),
        np.concatenate((data.added, np.ones(len(asked), np.bool_))),
        data.pairs,
    )


def read_pairs(path: Path, rarity: Rarity) -> Labelled:
    """Align the labelled pairs."""
    kinds: dict[str, PartyKind] = {"Person": "person", "Vessel": "vessel"}
    with path.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    pairs = [
        Pair(row["name1"], row["name2"], kinds.get(row["schema"], "organisation")) for row in told
    ]
    rows, values = align_pairs(pairs, rarity)
    return Labelled(
        rows,
        values,
        np.array([row["is_match"] == "true" for row in told]),
        np.array([pair.kind == "person" for pair in pairs]),
        np.array([zlib.crc32(f"{p.asked}|{p.listed}".encode()) % 2 == 0 for p in pairs]),
    )


def pair_odds(data: Labelled, models: list[Floats]) -> tuple[Floats, NDArray[np.int64]]:
    """Return the best odds of each pair, and the row with them."""
    person = data.person[data.rows]
    odds = np.where(person, data.values @ models[0], data.values @ models[1])
    order = np.lexsort((-odds, data.rows))
    pairs, first = np.unique(data.rows[order], return_index=True)
    best = np.full(len(data.same), -np.inf)
    best[pairs] = odds[order[first]]
    return best, order[first]


def fit(values: Floats, right: NDArray[np.bool_], weights: Floats) -> Floats:
    """Fit a logistic regression by Newton's method."""
    spread = values.std(axis=0)
    spread[spread == 0] = 1
    scaled = values / spread
    penalty = np.full(values.shape[1], PENALTY)
    penalty[0] = 1e-3
    found = np.zeros(values.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ found, -30, 30)))
        slope = scaled.T @ (weights * (right - chance)) - penalty * found
        curve = (scaled.T * (weights * chance * (1 - chance))) @ scaled + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        found += step
        if np.abs(step).max() < CLOSE:
            break
    result: Floats = found / spread
    return result


def odds_of(data: Data, models: list[Floats]) -> Floats:
    """Compute the log odds of all rows by the models."""
    person = data.person[data.rows[:, 0]]
    odds: Floats = np.where(person, data.values @ models[0], data.values @ models[1])
    return odds


def best_names(data: Data, odds: Floats) -> NDArray[np.int64]:
    """Return the best row of each entry for each query, by query, best first."""
    order = np.lexsort((-odds, data.rows[:, 1], data.rows[:, 0]))
    pairs = data.rows[order, :2]
    first = np.ones(len(order), np.bool_)
    first[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    best = order[first]
    return best[np.lexsort((-odds[best], data.rows[best, 0]))]


def examples(data: Data, odds: Floats, use: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Floats]:
    """Choose the training rows, and the weight of each."""
    rows: list[int] = []
    weights: list[float] = []
    last, wrong = -1, 0
    for row in best_names(data, odds).tolist():
        query = int(data.rows[row, 0])
        if query != last:
            last, wrong = query, 0
        if not use[query]:
            continue
        if data.right[row]:
            rows.append(row)
            weights.append(1.0)
        elif wrong < OTHERS:
            rows.append(row)
            weights.append(DOUBTFUL if data.listed[query] else (0.5 if wrong else 1.0))
            wrong += 1
    return np.array(rows), np.array(weights)


def train(data: Data, use: NDArray[np.bool_]) -> list[Floats]:
    """Train both models on some of the queries."""
    models = [np.array([FIRST.get(name, 0.0) for name in NAMES]) for _ in range(2)]
    for _ in range(ROUNDS):
        rows, weights = examples(data, odds_of(data, models), use)
        pairs = pair_odds(data.pairs, models)[1]
        pairs = pairs[data.pairs.learnt[data.pairs.rows[pairs]]]
        values = np.concatenate((data.values[rows], data.pairs.values[pairs]))
        right = np.concatenate((data.right[rows], data.pairs.same[data.pairs.rows[pairs]]))
        weights *= data.weight[data.rows[rows, 0]]
        weights = np.concatenate((weights, np.full(len(pairs), PAIR)))
        person = np.concatenate(
            (data.person[data.rows[rows, 0]], data.pairs.person[data.pairs.rows[pairs]])
        )
        own = with_initial(fit(without_initial(values[person]), right[person], weights[person]))
        models = [own, fit(values[~person], right[~person], weights[~person])]
    return models


def ships_of(data: Data) -> Floats:
    """Train the model of ships on firms, as hardly any labelled ships exist.

    The constant is raised by `SHIPS`, chosen by `benchmarks.parties_vessels`: without it, 54 % of
    names of six to nine letters with a slip are found, with it 89 %, and false alerts on other
    ships rise from 1 to 3 %.
    """
    found = train(data, np.ones(len(data.person), np.bool_))[1]
    found[0] += SHIPS
    return found


def without_initial(values: Floats) -> Floats:
    """Merge a person's initial into the count of words that agree, without a separate coefficient.

    Hardly any incorrect name in the training data has an initial: trained freely, its coefficient
    was
    six times that of a word, and two initials with a common surname reached .99. Of .5, 1, 2, 3 and
    4
    times that of a word, 2 does not change false alerts at the threshold; recall at 1 % false
    alerts,
    cross-validated, is .957 with each (.956 without).
    """
    found = values.copy()
    found[:, EXACT] += TIED * found[:, INITIAL]
    found[:, INITIAL] = 0
    return found


def with_initial(model: Floats) -> Floats:
    """Set the coefficient of the initial."""
    found = model.copy()
    found[INITIAL] = TIED * found[EXACT]
    return found


def out_of_fold(data: Data) -> Floats:
    """Score the rows of each fold with a model trained on the entries of the other folds."""
    odds = np.zeros(len(data.rows))
    for fold in range(FOLDS):
        inside = data.fold[data.rows[:, 0]] == fold
        odds[inside] = odds_of(data, train(data, data.fold != fold))[inside]
    return odds


def say_pairs(data: Labelled, models: list[Floats]) -> None:
    """Print F1 of name_bench at the threshold: for all pairs, and for the evaluation half."""
    odds = pair_odds(data, models)[0]
    for cut in (THRESHOLD, 0.2, 0.4, 0.5, 0.6):
        said = odds >= np.log(cut / (1 - cut))
        text = ""
        for title, part in (("all", np.ones(len(odds), np.bool_)), ("not learnt", ~data.learnt)):
            right = (said & data.same & part).sum()
            text += f" {title} {2 * right / ((said & part).sum() + (data.same & part).sum()):.4f}"
        print(f"name_bench F1 at {cut}:{text}")


def measured(data: Data, odds: Floats) -> tuple[Floats, Floats]:
    """Return the best odds of each listed query's correct entries, and of each other query."""
    hit = np.full(len(data.person), -np.inf)
    np.maximum.at(hit, data.rows[data.right, 0], odds[data.right])
    alert = np.full(len(data.person), -np.inf)
    np.maximum.at(alert, data.rows[:, 0], odds)
    return hit[data.listed & ~data.added], alert[~data.listed & ~data.added]


def say(title: str, hits: Floats, alerts: Floats) -> None:
    """Print F1 at the threshold, and recall at 1 % false alerts."""
    cut = np.log(THRESHOLD / (1 - THRESHOLD))
    found, false = int((hits >= cut).sum()), int((alerts >= cut).sum())
    precision, recall = found / max(1, found + false), found / len(hits)
    one = np.sort(alerts)[::-1][int(0.01 * len(alerts))]
    print(
        f"{title}: precision {precision:.4f} recall {recall:.4f} "
        f"F1 {2 * precision * recall / (precision + recall):.4f} "
        f"false alerts {false / len(alerts):.4f} "
        f"recall at 1 % false alerts {(hits > one).mean():.4f}"
    )


def main(
    list_path: Path, queries_path: Path, pairs_path: Path, table: Path, *companies: Path
) -> None:
    """Train, measure and write."""
    data = read_data(list_path, queries_path, pairs_path, table, companies)
    say("cross-validated", *measured(data, out_of_fold(data)))
    models = train(data, np.ones(len(data.person), np.bool_))
    say_pairs(data.pairs, models)
    say("fitted", *measured(data, odds_of(data, models)))
    text = HEAD.format(THRESHOLD)
    models.append(ships_of(read_data(list_path, queries_path, pairs_path, table, None)))
    for title, model in zip(("person", "organisation", "vessel"), models, strict=True):
        text += f"\n[{title}]\n"
        text += "".join(
            f'"{name}" = {value:.4f}\n' for name, value in zip(NAMES, model, strict=True)
        )
    PLACE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
