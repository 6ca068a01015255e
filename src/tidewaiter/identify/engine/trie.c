#include "identify/engine/trie.h"

enum {
    SHORT = 3,  // units of the shortest key of letters
    CLOSE = 2,  // characters between the words of a name in another form: ", "
    FAR = 256   // more words than any name has
};

void trie_step_keys(const I64 *nodes, const I64 *units, const U64 *keys)
{
    for (int64_t index = 0; index < keys->n; index++) {
        keys->at[index] = trie_step_key(nodes->at[index], (uint32_t)units->at[index]);
    }
}

/* Find the units where a key may start: word starts that pass the filters. */
static int64_t find_starts(const Block *block, const trie_Trie *trie, int32_t *starts)
{
    const uint8_t *marks = block->start, *kinds = block->kind;
    const uint64_t *hashes = block->hash, *powers = block->powers;
    const U8 *heads = &trie->heads, *shorts = &trie->shorts;
    int64_t n = block->n, words = 0, count = 0;
    // Written unconditionally and overwritten, as in the search for words.
    for (int64_t at = 0; at < n; at++) {
        starts[words] = (int32_t)at;
        words += marks[at] != 0;
    }
    for (int64_t word = 0; word < words; word++) {
        int64_t at = starts[word];
        uint64_t here = hashes[at];
        uint64_t head = hashing_mix(hashes[at + TRIE_HEAD] - here * powers[TRIE_HEAD]);
        bool found = (at + TRIE_HEAD <= n) & trie_bit(heads, head);
        for (int64_t length = kinds[at] == RULES_IDEOGRAPH ? 2 : SHORT; length < TRIE_HEAD;
             length++) {
            uint64_t whole = hashing_mix(hashes[at + length] - here * powers[length]);
            found |= (at + length <= n) & (marks[at + length] != 0) & trie_bit(shorts, whole);
        }
        starts[count] = (int32_t)at;
        count += found;
    }
    return count;
}

/* Find the longest key that starts at a unit and ends at a word boundary.

   With `strong`, only of the keys marked there. */
static Key longest_key(const Block *block, int64_t at, const trie_Trie *trie, const bool *strong)
{
    const int32_t *ends = trie->ends.at;
    Key longest = {-1, -1};
    int64_t node = 0, spaces = 0;
    for (int64_t place = at; place < block->n;) {
        if (place > at && block->wide[place] > TRIE_WIDEST) {
            break;
        }
        bool gap = place > at && block->gap[place] != 0;
        spaces += gap && block->wide[place] > CLOSE ? FAR : gap;
        node = trie_next(trie, node, block->key[place]);
        if (node < 0) {
            break;
        }
        place++;
        int64_t key = ends[node];
        bool fits = key >= 0 && (trie->spaces.at[key] == TRIE_ANY || trie->spaces.at[key] == spaces);
        if (fits && block->start[place] && (strong == NULL || strong[key])) {
            longest = (Key){place, key};
        }
    }
    return longest;
}

void trie_scan_names(const Block *block, const trie_Trie *trie, const bool *strong,
                     int32_t *starts, const hits_Hits *hits)
{
    int64_t count = find_starts(block, trie, starts), past = 0, weak = 0;
    for (int64_t place = 0; place < count; place++) {
        int64_t at = starts[place];
        if (at < past) {
            continue;
        }
        Key found = longest_key(block, at, trie, NULL);
        if (found.key >= 0 && !strong[found.key]) {
            if (at >= weak) {
                hits_add(hits, HITS_NAME, found.key, at, found.end, 0);
                weak = found.end;
            }
            found = longest_key(block, at, trie, strong);
        }
        if (found.key >= 0) {
            hits_add(hits, HITS_NAME, found.key, at, found.end, 0);
            past = found.end;
        }
    }
}

void trie_find_names(const fold_Folded *room, int64_t n, const trie_Trie *trie,
                     const B8 *strong, const U64 *powers, const I32 *starts, const hits_Hits *hits)
{
    Block block = {
        .n = n,
        .key = room->key.at,
        .kind = room->kind.at,
        .start = room->start.at,
        .gap = room->gap.at,
        .wide = room->wide.at,
        .hash = room->hash.at,
        .powers = powers->at,
    };
    trie_scan_names(&block, trie, strong->at, starts->at, hits);
}
