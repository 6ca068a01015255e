#include "identify/engine/trie.h"
#include "identify/engine/words.h"

enum {
    SHORT = 3,  // units of the shortest key of letters
    CLOSE = 2,  // characters between the words of a name in another form: ", "
    FAR = 256,  // more words than any name has
    LATIN = 0x590  // units from here on are of scripts beyond Latin, Greek and Cyrillic
};

/* A search for names: with `strong`, only for the keys marked there. */
typedef struct {
    const Block *block;
    const trie_Trie *trie;
    const bool *strong;
} Search;

void trie_step_keys(const I64 *nodes, const I64 *units, const U64 *keys)
{
    for (int64_t index = 0; index < keys->n; index++) {
        keys->at[index] = trie_step_key(nodes->at[index], (uint32_t)units->at[index]);
    }
}

/* Return whether a key may start at a unit, by the filters of first units.

   A short key ends where a word does, or before a suffix. */
static bool may_start(const Block *block, const trie_Trie *trie, int64_t at)
{
    uint64_t here = block->hash[at];
    uint64_t head = hashing_mix(block->hash[at + TRIE_HEAD] - here * block->powers[TRIE_HEAD]);
    bool found = (at + TRIE_HEAD <= block->n) & trie_bit(&trie->heads, head);
    for (int64_t length = block->kind[at] == RULES_IDEOGRAPH ? 2 : SHORT; length < TRIE_HEAD;
         length++) {
        uint64_t whole = hashing_mix(block->hash[at + length] - here * block->powers[length]);
        found |= (at + length <= block->n) & trie_bit(&trie->shorts, whole);
    }
    return found;
}

/* Return the languages, as bits, in which some units are joined to a name; 0: in none. */
static int32_t joined_in(const hashing_Table *affixes, const Block *block, int64_t begin,
                         int64_t end)
{
    int64_t found = hashing_find(affixes, block_hash(block, begin, end));
    return found < 0 ? 0 : (int32_t)found;
}

/* Return the end of a prefix of a word, the next after a unit, and its languages; none: 0. */
static int64_t next_prefix(const Block *block, const trie_Trie *trie, int64_t at, int64_t end,
                           int32_t *languages)
{
    bool able = block->key[at] >= LATIN && block->kind[at] == RULES_LETTER;
    while (able && ++end < block->n && end - at <= TRIE_AFFIX && !block->start[end]) {
        *languages = joined_in(&trie->affixes.prefixes, block, at, end);
        if (*languages) {
            return end;
        }
    }
    return 0;
}

/* Find the units where a key, or a prefix and a key, may start: word starts that pass the filters. */
static int64_t find_starts(const Block *block, const trie_Trie *trie, int32_t *starts)
{
    const uint8_t *marks = block->start;
    int64_t n = block->n, words = 0, count = 0;
    // Written unconditionally and overwritten, as in the search for words.
    for (int64_t at = 0; at < n; at++) {
        starts[words] = (int32_t)at;
        words += marks[at] != 0;
    }
    for (int64_t word = 0; word < words; word++) {
        int64_t at = starts[word];
        bool found = may_start(block, trie, at);
        int32_t languages;
        for (int64_t end = at; !found && (end = next_prefix(block, trie, at, end, &languages));) {
            found = may_start(block, trie, end);
        }
        starts[count] = (int32_t)at;
        count += found;
    }
    return count;
}

/* Return the end of the suffix that begins inside a word, if some of the languages join it; or 0. */
static int64_t suffix_end(const Search *search, int64_t at, int32_t languages)
{
    const Block *block = search->block;
    int64_t end = at;
    while (!block->start[end]) {
        if (++end - at > TRIE_AFFIX) {
            return 0;
        }
    }
    return joined_in(&search->trie->affixes.suffixes, block, at, end) & languages ? end : 0;
}

/* Return whether units are one everyday word. */
static bool is_ordinary(const Block *block, int64_t begin, int64_t end)
{
    int64_t word = block_word_at(block, begin);
    return word < block->count && block->begin[word] == begin && block->end[word] == end &&
           block->flags[word] & WORDS_ORDINARY;
}

/* Find the longest key that starts at a unit and ends at a word boundary.

   Of a name to which a prefix is joined, `at` is the unit after the prefix, and `languages` are
   those that join it; 0 if there is none. A name with an affix is written as its language does. */
static Key longest_key(const Search *search, int64_t at, int32_t languages)
{
    const Block *block = search->block;
    const trie_Trie *trie = search->trie;
    Key longest = {-1, -1, false};
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
        int64_t key = trie->ends.at[node], end = place;
        if (key < 0 || (search->strong != NULL && !search->strong[key])) {
            continue;
        }
        int32_t takes = trie->affixes.takes.at[key] & (languages ? languages : -1);
        bool joined = languages || !block->start[place], fits;
        if (!joined) {
            fits = trie->spaces.at[key] == TRIE_ANY || trie->spaces.at[key] == spaces;
        } else {
            fits = takes && trie->affixes.gaps.at[key] == spaces;
            end = fits && !block->start[place] ? suffix_end(search, place, takes) : place;
        }
        if (fits && end > 0 && end >= longest.end) {
            longest = (Key){end, key, joined};
        }
    }
    return longest;
}

/* Find the longest key that starts at a unit, or after a prefix that does. */
static Key longest_name(const Search *search, int64_t at)
{
    Key longest = longest_key(search, at, 0);
    int32_t languages = 0;
    for (int64_t end = at; (end = next_prefix(search->block, search->trie, at, end, &languages));) {
        Key found = longest_key(search, end, languages);
        longest = found.end > longest.end ? found : longest;
    }
    if (longest.joined && is_ordinary(search->block, at, longest.end)) {
        return (Key){-1, -1, false};
    }
    return longest;
}

/* Add a name that starts at a unit. */
static void add_name(const hits_Hits *hits, int64_t at, Key name)
{
    hits_add(hits, HITS_NAME, name.key, at, name.end, name.joined ? HITS_JOINED : 0);
}

void trie_scan_names(const Block *block, const trie_Trie *trie, const bool *strong,
                     int32_t *starts, const hits_Hits *hits)
{
    Search every = {block, trie, NULL}, sufficient = {block, trie, strong};
    int64_t count = find_starts(block, trie, starts), past = 0, weak = 0;
    for (int64_t place = 0; place < count; place++) {
        int64_t at = starts[place];
        if (at < past) {
            continue;
        }
        Key found = longest_name(&every, at);
        if (found.key >= 0 && !strong[found.key]) {
            if (at >= weak) {
                add_name(hits, at, found);
                weak = found.end;
            }
            found = longest_name(&sufficient, at);
        }
        if (found.key >= 0) {
            add_name(hits, at, found);
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
