#include "identify/engine/unknown_words.h"

enum {
    SHORTEST_NAME = 8,  // units of a name in a compound with ordinary words
    LEAST = 7,          // in a compound with trade words only: "drumsacetone"
    BESIDE = 5,         // letters of the shortest ordinary non-trade word
    SHORTEST_PART = 2,
    TRADE = WORDS_CUE | WORDS_MEASURE | WORDS_SALT | WORDS_STEREO,
    PLAIN = WORDS_ORDINARY,  // combined word kinds: at least one is not a trade word
    SAID = WORDS_BEFORE | WORDS_AFTER,
    // What need not be searched for.
    KNOWN = WORDS_ORDINARY | WORDS_CHEMICAL | WORDS_NAMED | WORDS_NUMBER | WORDS_SIGN,
    SHORTEST_WORD = 3,  // letters of an unknown word that is considered
    PAIR = 7,           // units of the shortest name that is searched for across two words
    FEW = UNKNOWN_WORDS_FEW,
    FAR = APPROXIMATE_MATCH_REACH + 1,
    LONGEST_WORD = APPROXIMATE_MATCH_LONGEST + 3  // with edits
};

// Distinguishes words that are read in two ways.
#define TWICE UINT64_C(0xA0761D6478BD642F)

/* A scan: a block of lines, and what is looked up and added. */
typedef struct {
    const Block *block;
    const scan_Tables *tables;
    const approximate_match_Room *near;
    const unknown_words_Verdicts *verdicts;
    const hits_Hits *hits;
} Scan;

/* Return the relevant flags of a word beside a name; -1 if the word does not qualify. */
static int64_t word_kind(const Scan *scan, int64_t low, int64_t high)
{
    const Block *block = scan->block;
    int64_t said = hashing_find(&block->phrases->table, block_hash(block, low, high));
    int64_t flags = words_flags_of(block, &scan->tables->vocabulary, low, high);
    if (flags & WORDS_PART || (said >= 0 && said & PHRASES_CHEMISTRY)) {
        return -1;
    }
    if (flags & TRADE || (said >= 0 && said & PHRASES_GLUE)) {
        return high - low >= SHORTEST_PART ? flags & SAID : -1;
    }
    if (!(flags & WORDS_ORDINARY) || high - low < BESIDE) {
        return -1;
    }
    return flags & (SAID | PLAIN);
}

/* Return the flags of letters that form one or two ordinary words; 0: no letters, -1: other. */
static int64_t kind_of(const Scan *scan, int64_t low, int64_t high)
{
    if (low == high) {
        return 0;
    }
    int64_t whole = word_kind(scan, low, high);
    if (whole >= 0) {
        return whole;
    }
    for (int64_t cut = low + SHORTEST_PART; cut <= high - SHORTEST_PART; cut++) {
        int64_t first = word_kind(scan, low, cut);
        if (first >= 0) {
            int64_t second = word_kind(scan, cut, high);
            if (second >= 0) {
                return first | second;
            }
        }
    }
    return -1;
}

/* Find the longest strong name at a unit that is followed by ordinary words, if any.

   `said` becomes the kind of the words after it. */
static Key name_at(const Scan *scan, int64_t at, int64_t high, int64_t *said)
{
    const trie_Trie *trie = &scan->tables->trie;
    Key name = {at, -1, false};
    int64_t node = 0;
    *said = 0;
    for (int64_t place = at; place < high; place++) {
        node = trie_next(trie, node, scan->block->key[place]);
        if (node < 0) {
            break;
        }
        int64_t found = trie->ends.at[node], size = place + 1 - at;
        if (found >= 0 && size >= LEAST && scan->tables->strong.at[found]) {
            int64_t after = kind_of(scan, place + 1, high);
            if (after >= 0 && (size >= SHORTEST_NAME || !(after & PLAIN))) {
                name = (Key){place + 1, found, false};
                *said = after;
            }
        }
    }
    return name;
}

/* Add the name at a unit if the rest of a run of letters consists of ordinary words. */
static bool add_glued(const Scan *scan, int64_t low, int64_t at, int64_t high)
{
    int64_t said;
    Key name = name_at(scan, at, high, &said);
    if (name.key < 0 || (at == low && name.end == high)) {
        return false;
    }
    int64_t led = kind_of(scan, low, at);
    if (led < 0 || (name.end - at < SHORTEST_NAME && led & PLAIN)) {
        return false;
    }
    if (hashing_has(&scan->tables->other, block_short_hash(scan->block, low, high))) {
        return false;
    }
    bool free = (led & WORDS_BEFORE && !(led & WORDS_AFTER)) || said & WORDS_AFTER;
    hits_add(scan->hits, HITS_NAME, name.key, at, name.end,
             free ? HITS_IN_NEGATION : HITS_IN_COMPOUND);
    return true;
}

/* Add a strong name in a compound of ordinary words; return whether there is one. */
static bool find_glued(const Scan *scan, int64_t at)
{
    const uint8_t *kinds = scan->block->kind;
    int64_t low = scan->block->begin[at], end = scan->block->end[at];
    while (end - low >= LEAST + SHORTEST_PART) {
        int64_t high = low + 1;
        while (high < end && kinds[high] == kinds[low]) {
            high++;
        }
        if (kinds[low] == RULES_LETTER) {
            for (int64_t place = low; place <= high - LEAST; place++) {
                if (trie_may_start(scan->block, &scan->tables->trie, place) &&
                    add_glued(scan, low, place, high)) {
                    return true;
                }
            }
        }
        low = high;
    }
    return false;
}

static bool mostly_letters(const Block *block, int64_t word)
{
    int64_t letters = 0;
    for (int64_t unit = block->begin[word]; unit < block->end[word]; unit++) {
        letters += block->kind[unit] != RULES_DIGIT;
    }
    return 3 * letters >= 2 * block_length(block, word);
}

/* Mark the words that are not well known, and those near one. */
static void mark_unknown(const Block *block)
{
    const int32_t *begins = block->begin, *ends = block->end, *flags = block->flags;
    bool *unknown = block->unknown, *close = block->close;
    int64_t since = FAR;
    for (int64_t at = 0; at < block->count; at++) {
        bool mark = !(flags[at] & KNOWN) && ends[at] - begins[at] >= SHORTEST_WORD;
        if (mark && flags[at] & WORDS_MIXED) {
            mark = mostly_letters(block, at);
        }
        unknown[at] = mark;
        since = block->gap[begins[at]] & RULES_LINE ? FAR : since + 1;
        close[at] = since <= APPROXIMATE_MATCH_REACH;
        if (mark) {
            since = 0;
        }
    }
    since = FAR;
    for (int64_t at = block->count - 1; at >= 0; at--) {
        since++;
        close[at] |= since <= APPROXIMATE_MATCH_REACH;
        if (unknown[at]) {
            since = 0;
        }
        if (block->gap[begins[at]] & RULES_LINE) {
            since = FAR;
        }
    }
}

/* Mark the words that the exact hits from row `start` on cover. */
static void mark_covered(const Block *block, const hits_Hits *hits, int64_t start)
{
    memset(block->covered, 0, (size_t)block->count * sizeof *block->covered);
    for (int64_t row = start; row < hits_kept(hits); row++) {
        const int64_t *hit = hits->rows.at + row * HIT_COLUMNS;
        if (hit[HIT_KIND] > HITS_COVERING) {
            continue;
        }
        for (int64_t word = block_word_at(block, hit[HIT_BEGIN]);
             word < block->count && block->begin[word] < hit[HIT_END]; word++) {
            block->covered[word] = true;
        }
    }
}

/* Return a word's units without leading or trailing numbers ("25", "99"). */
static Span trimmed(const Block *block, int64_t at)
{
    const uint8_t *kinds = block->kind;
    int64_t begin = block->begin[at], end = block->end[at];
    while (end - begin > 2 && kinds[begin] == RULES_DIGIT && kinds[begin + 1] == RULES_DIGIT) {
        begin++;
    }
    if (begin > block->begin[at]) {
        begin++;
    }
    int64_t low = end;
    while (low - begin > 2 && kinds[low - 1] == RULES_DIGIT) {
        low--;
    }
    return (Span){begin, end - low > 1 ? low : end};
}

/* Return whether an m was written "rn"; a two-byte look-alike of m counts too. */
static bool is_pair(const Block *block, int64_t unit)
{
    return (block->key[unit] == 'm') & (block->byte_end[unit] - block->byte[unit] == 2);
}

static int64_t count_pairs(const Block *block, Span units)
{
    int64_t pairs = 0;
    for (int64_t unit = units.begin; unit < units.end; unit++) {
        pairs += is_pair(block, unit);
    }
    return pairs;
}

/* Add the names for the keys near a word, or for which they are anchors. */
static void add_found(const Scan *scan, int64_t at, Span units, int64_t total)
{
    const approximate_match_Anchors *anchors = &scan->tables->anchors;
    for (int64_t index = 0; index < total; index++) {
        int64_t place = scan->near->keys.at[index], whole = anchors->whole.at[place];
        if (whole >= 0 && !(scan->block->flags[at] & WORDS_RARE)) {
            int64_t edits = scan->near->edits.at[index];
            hits_add(scan->hits, HITS_NEAR, whole, units.begin, units.end, edits);
        }
        if (anchors->lists.at[place] < anchors->lists.at[place + 1]) {
            approximate_match_search(scan->block, at, place, units, anchors, scan->near,
                                     scan->hits);
        }
    }
}

/* Return the slot of a word with few near keys. */
static int64_t slot_of(uint64_t hash)
{
    return (int64_t)(hash >> (64 - UNKNOWN_WORDS_FEW_BITS));
}

/* Restore the cached keys near a word; 0 if it is not cached. */
static int64_t recall(const Scan *scan, uint64_t hash)
{
    int64_t slot = slot_of(hash);
    if (scan->verdicts->words.at[slot] != hash) {
        return 0;
    }
    const int32_t *few = scan->verdicts->few.at + slot * (1 + 2 * FEW);
    for (int64_t index = 0; index < few[0]; index++) {
        scan->near->keys.at[index] = few[1 + index];
        scan->near->edits.at[index] = few[1 + FEW + index];
    }
    return few[0];
}

/* Cache the keys near a word, if they are few. */
static void remember(const Scan *scan, uint64_t hash, int64_t total)
{
    if (total <= 0 || total > FEW) {
        return;
    }
    int64_t slot = slot_of(hash);
    int32_t *few = scan->verdicts->few.at + slot * (1 + 2 * FEW);
    few[0] = (int32_t)total;
    for (int64_t index = 0; index < total; index++) {
        few[1 + index] = scan->near->keys.at[index];
        few[1 + FEW + index] = scan->near->edits.at[index];
    }
    scan->verdicts->words.at[slot] = hash;
}

/* Find the keys near units `begin` to `end`. */
static int64_t find_near(const Scan *scan, Span units)
{
    U32 word = {(uint32_t *)scan->block->key + units.begin, units.end - units.begin, 1};
    return approximate_match_find_near(&word, &scan->tables->anchors.near, scan->near);
}

/* Find the keys near a word whose m is "rn": an edit may join these, "ephedrne". */
static int64_t find_near_in_full(const Scan *scan, Span units, int64_t pairs)
{
    uint32_t full[LONGEST_WORD];
    if (units.end - units.begin + pairs > LONGEST_WORD) {
        return 0;
    }
    int64_t size = 0;
    for (int64_t unit = units.begin; unit < units.end; unit++) {
        if (is_pair(scan->block, unit)) {
            full[size++] = 'r';
            full[size++] = 'n';
        } else {
            full[size++] = scan->block->key[unit];
        }
    }
    U32 word = {full, size, 1};
    return approximate_match_find_near(&word, &scan->tables->anchors.near, scan->near);
}

/* Add the names near an unknown word; return whether any key is near. */
static bool search_word(const Scan *scan, int64_t at, uint64_t hash)
{
    Span units = trimmed(scan->block, at);
    int64_t total = recall(scan, hash);
    if (total == 0) {
        total = find_near(scan, units);
        remember(scan, hash, total);
    }
    add_found(scan, at, units, total);
    int64_t pairs = count_pairs(scan->block, units);
    if (pairs == 0) {
        return total > 0;
    }
    int64_t again = find_near_in_full(scan, units, pairs);
    add_found(scan, at, units, again);
    return total + again > 0;
}

/* Add the names near two joined words; return whether any key is near. */
static bool search_pair(const Scan *scan, Span units)
{
    int64_t total = find_near(scan, units);
    for (int64_t index = 0; index < total; index++) {
        int64_t whole = scan->tables->anchors.whole.at[scan->near->keys.at[index]];
        if (whole >= 0) {
            int64_t edits = scan->near->edits.at[index];
            hits_add(scan->hits, HITS_NEAR, whole, units.begin, units.end, edits);
        }
    }
    return total > 0;
}

/* Return whether a word may be half of a name split by a space. */
static bool may_join(const Block *block, int64_t at)
{
    int32_t flags = block->flags[at];
    return block->unknown[at] || (flags & WORDS_NAMED && !(flags & WORDS_ORDINARY));
}

/* Search for an unknown word, unless it was in vain before. */
static void scan_word(const Scan *scan, int64_t at, uint64_t *nothing, uint64_t mask)
{
    const Block *block = scan->block;
    Span units = {block->begin[at], block->end[at]};
    uint64_t hash = block_hash(block, units.begin, units.end);
    if (count_pairs(block, units) > 0) {
        hash = hashing_mix(hash ^ TWICE);
    }
    uint64_t *verdict = &nothing[hash & mask];
    if (*verdict != hash && !find_glued(scan, at) && !search_word(scan, at, hash)) {
        *verdict = hash;
    }
}

/* Search for names of which a known word is the anchor. */
static void scan_anchor(const Scan *scan, int64_t at)
{
    const Block *block = scan->block;
    const approximate_match_Anchors *anchors = &scan->tables->anchors;
    Span units = {block->begin[at], block->end[at]};
    int64_t place = hashing_find(&anchors->exact, block_hash(block, units.begin, units.end));
    if (place >= 0) {
        approximate_match_search(block, at, place, units, anchors, scan->near, scan->hits);
    }
}

/* Search for two words that may be one: split by a space, with one edit. */
static void scan_pair(const Scan *scan, int64_t at, uint64_t *nothing, uint64_t mask)
{
    const Block *block = scan->block;
    bool both = (block->unknown[at] && may_join(block, at + 1)) ||
                (block->unknown[at + 1] && may_join(block, at));
    Span units = {block->begin[at], block->end[at + 1]};
    int64_t size = units.end - units.begin;
    if (!both || size < PAIR || size > APPROXIMATE_MATCH_LONGEST) {
        return;
    }
    uint64_t hash = block_hash(block, units.begin, units.end);
    uint64_t *verdict = &nothing[hash & mask];
    if (*verdict != hash && !search_pair(scan, units)) {
        *verdict = hash;
    }
}

void unknown_words_scan(const Block *block, const scan_Tables *tables,
                        const approximate_match_Room *near,
                        const unknown_words_Verdicts *verdicts, const hits_Hits *hits,
                        int64_t start)
{
    Scan scan = {block, tables, near, verdicts, hits};
    uint64_t *nothing = verdicts->nothing.at, mask = (uint64_t)verdicts->nothing.n - 1;
    mark_unknown(block);
    mark_covered(block, hits, start);
    for (int64_t at = 0; at < block->count; at++) {
        Span units = {block->begin[at], block->end[at]};
        if (block->unknown[at] && units.end - units.begin >= APPROXIMATE_MATCH_SHORTEST - 1) {
            if (block->covered[at]) {
                continue;
            }
            scan_word(&scan, at, nothing, mask);
        } else if (block->flags[at] & WORDS_ANCHOR && block->close[at]) {
            scan_anchor(&scan, at);
        }
        if (at + 1 < block->count && block_wide(block, at + 1) <= 3) {
            scan_pair(&scan, at, nothing, mask);
        }
    }
}
