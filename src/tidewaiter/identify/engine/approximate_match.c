#include "identify/engine/approximate_match.h"

#include <stdlib.h>

enum {
    SHORTEST = APPROXIMATE_MATCH_SHORTEST,
    LONGEST = APPROXIMATE_MATCH_LONGEST,
    MASKS = APPROXIMATE_MATCH_MASKS,
    FAR_AWAY = APPROXIMATE_MATCH_FAR,
    EDITS = 3,                         // the maximum for any key
    PIECE = LONGEST / (EDITS + 1) + 1  // units of the longest piece; one more
};

static U32 slice(const uint32_t *units, int64_t begin, int64_t end)
{
    return (U32){(uint32_t *)units + begin, end - begin, 1};
}

bool approximate_match_set_masks(const U64 *masks, const U32 *key)
{
    if (key->n > 64) {
        return false;
    }
    for (int64_t at = 0; at < key->n; at++) {
        if (key->at[at] >= MASKS) {
            return false;
        }
    }
    for (int64_t at = 0; at < key->n; at++) {
        masks->at[key->at[at]] |= UINT64_C(1) << at;
    }
    return true;
}

void approximate_match_clear_masks(const U64 *masks, const U32 *key)
{
    for (int64_t at = 0; at < key->n; at++) {
        if (key->at[at] < MASKS) {
            masks->at[key->at[at]] = 0;
        }
    }
}

int64_t approximate_match_masked_distances(const U64 *masks, int64_t size, const U32 *text,
                                           int64_t most, const I32 *far)
{
    uint64_t plus = UINT64_MAX, minus = 0, zero = 0, before = 0;
    uint64_t last = UINT64_C(1) << ((size - 1) & 63);
    int64_t now = size;
    far->at[0] = (int32_t)now;
    for (int64_t at = 0; at < text->n; at++) {
        uint64_t mask = text->at[at] < MASKS ? masks->at[text->at[at]] : 0;
        uint64_t swap = ((~zero & mask) << 1) & before;
        zero = (((mask & plus) + plus) ^ plus) | mask | minus | swap;
        uint64_t more = minus | ~(zero | plus);
        uint64_t less = zero & plus;
        if (more & last) {
            now++;
        } else if (less & last) {
            now--;
        }
        more = (more << 1) | 1;
        less <<= 1;
        plus = less | ~(zero | more);
        minus = more & zero;
        before = mask;
        far->at[at + 1] = (int32_t)now;
        if (now - (text->n - 1 - at) > most) {
            return at + 1;
        }
    }
    return text->n;
}

static bool is_digit(uint32_t unit)
{
    return '0' <= unit && unit <= '9';
}

bool approximate_match_same_digits(const U32 *a, const U32 *b)
{
    int64_t i = 0, j = 0;
    for (;; i++, j++) {
        while (i < a->n && !is_digit(a->at[i])) {
            i++;
        }
        while (j < b->n && !is_digit(b->at[j])) {
            j++;
        }
        if (i == a->n || j == b->n) {
            return i == a->n && j == b->n;
        }
        if (a->at[i] != b->at[j]) {
            return false;
        }
    }
}

/* Compute the distance of two keys without common start and end, in three rows of m + 1. */
static int64_t align(const uint32_t *a, int64_t n, const uint32_t *b, int64_t m, int64_t most,
                     int32_t *rows)
{
    int32_t *older = rows, *old = rows + m + 1, *new = rows + 2 * (m + 1);
    for (int64_t j = 0; j <= m; j++) {
        older[j] = new[j] = FAR_AWAY;
        old[j] = (int32_t)j;
    }
    for (int64_t i = 1; i <= n; i++) {
        new[0] = (int32_t)i;
        int64_t best = i, low = max_of(1, i - most), high = min_of(m, i + most);
        if (low > 1) {
            new[low - 1] = FAR_AWAY;
        }
        for (int64_t j = low; j <= high; j++) {
            uint32_t x = a[i - 1], y = b[j - 1];
            int64_t value = min_of(old[j] + 1, new[j - 1] + 1);
            value = min_of(value, old[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == b[j - 2] && a[i - 2] == y) {
                value = min_of(value, older[j - 2] + 1);
            }
            new[j] = (int32_t)value;
            best = min_of(best, value);
        }
        if (high < m) {
            new[high + 1] = FAR_AWAY;
        }
        if (best > most) {
            return FAR_AWAY;
        }
        int32_t *spare = older;
        older = old;
        old = new;
        new = spare;
    }
    return old[m] <= most ? old[m] : FAR_AWAY;
}

int64_t approximate_match_distance(const U32 *a, const U32 *b, int64_t most)
{
    int64_t n = a->n, m = b->n, head = 0;
    if (n - m > most || m - n > most) {
        return FAR_AWAY;
    }
    while (head < n && head < m && a->at[head] == b->at[head]) {
        head++;
    }
    n -= head;
    m -= head;
    while (n > 0 && m > 0 && a->at[head + n - 1] == b->at[head + m - 1]) {
        n--;
        m--;
    }
    if (n == 0 || m == 0) {
        return max_of(n, m);
    }
    int32_t few[3 * 128];
    int32_t *rows = m < 128 ? few : malloc(3 * (size_t)(m + 1) * sizeof *rows);
    if (rows == NULL) {
        return FAR_AWAY;
    }
    int64_t far = align(a->at + head, n, b->at + head, m, most, rows);
    if (rows != few) {
        free(rows);
    }
    return far;
}

int64_t approximate_match_most_edits(int64_t length)
{
    return length < 9 ? 1 : length < 14 ? 2 : EDITS;
}

/* Return where a piece begins and ends; the last pieces are one unit longer. */
static Span piece(int64_t length, int64_t count, int64_t index)
{
    int64_t units = length / count;
    int64_t even = count - (length - units * count);  // pieces without an extra unit
    int64_t begin = index * units + max_of(0, index - even);
    return (Span){begin, begin + units + (index >= even)};
}

/* Return what distinguishes equal pieces at different positions. */
static uint64_t seed(int64_t length, int64_t index)
{
    return (uint64_t)(length * 8 + index) * UINT64_C(0xD6E8FEB86659FD93);
}

int64_t approximate_match_all_pieces(const U32 *units, const I64 *first, const U64 *hashes,
                                     const I32 *owners)
{
    int64_t n = 0;
    for (int64_t key = 0; key + 1 < first->n; key++) {
        int64_t length = first->at[key + 1] - first->at[key];
        if (length < SHORTEST || length > LONGEST) {
            continue;
        }
        int64_t count = approximate_match_most_edits(length) + 1;
        for (int64_t index = 0; index < count; index++) {
            Span span = piece(length, count, index);
            uint64_t value = 0;
            for (int64_t at = span.begin; at < span.end; at++) {
                value = hashing_append(value, units->at[first->at[key] + at]);
            }
            hashes->at[n] = hashing_mix(value ^ seed(length, index));
            owners->at[n] = (int32_t)key;
            n++;
        }
    }
    return n;
}

/* What is searched for: a word, and the keys found near it so far. */
typedef struct {
    const U32 *word;
    const approximate_match_Near *near;
    const approximate_match_Room *room;
    bool masked;  // its masks are set
    int64_t found;
} Search;

static bool is_found(const Search *search, int32_t member)
{
    for (int64_t index = 0; index < search->found; index++) {
        if (search->room->keys.at[index] == member) {
            return true;
        }
    }
    return false;
}

/* Add the keys that share a piece with the word and are near enough, without duplicates. */
static void add_members(Search *search, uint64_t hash, int64_t most)
{
    const approximate_match_Near *near = search->near;
    const approximate_match_Room *room = search->room;
    if (!hashing_bit(near->filter.at, hash >> (64 - APPROXIMATE_MATCH_FILTER_BITS))) {
        return;
    }
    int64_t which = hashing_find(&near->pieces, hash);
    if (which < 0) {
        return;
    }
    for (int64_t at = near->lists.at[which]; at < near->lists.at[which + 1]; at++) {
        int32_t member = near->members.at[at];
        if (search->found == room->keys.n || is_found(search, member)) {
            continue;
        }
        U32 units = slice(near->units.at, near->first.at[member], near->first.at[member + 1]);
        int64_t far;
        if (search->masked) {
            int64_t done = approximate_match_masked_distances(&room->masks, search->word->n,
                                                              &units, most, &room->far);
            far = done == units.n ? room->far.at[done] : FAR_AWAY;
        } else {
            far = approximate_match_distance(search->word, &units, most);
        }
        if (far <= most && approximate_match_same_digits(search->word, &units)) {
            room->keys.at[search->found] = member;
            room->edits.at[search->found] = (int32_t)far;
            search->found++;
        }
    }
}

/* Search for the keys of a length that share a piece with the word.

   `sums` are the hashes of the word's beginnings, `powers` those of the hash base. */
static void search_length(Search *search, int64_t length, const uint64_t *sums,
                          const uint64_t *powers)
{
    const uint32_t *word = search->word->at;
    int64_t size = search->word->n, shift = size - length;
    int64_t most = approximate_match_most_edits(length);
    if (shift > most || -shift > most) {
        return;
    }
    for (int64_t index = 0; index <= most; index++) {
        Span span = piece(length, most + 1, index);
        int64_t begin = span.begin, wide = span.end - begin;
        uint64_t salt = seed(length, index);
        // A piece is shifted at most by the edits before it, and by the remaining edits after it.
        int64_t rest = most - index;
        int64_t low = max_of(0, max_of(begin - index, begin + shift - rest));
        int64_t high = min_of(size - wide, min_of(begin + index, begin + shift + rest));
        for (int64_t at = low; at <= high; at++) {
            uint64_t value = sums[at + wide] - sums[at] * powers[wide];
            add_members(search, hashing_mix(value ^ salt), most);
            if ((most > 1 || at == begin) && at + wide < size) {
                // Two letters swapped across the end of the piece.
                value += (uint64_t)word[at + wide] - word[at + wide - 1];
                add_members(search, hashing_mix(value ^ salt), most);
            }
        }
    }
}

int64_t approximate_match_find_near(const U32 *word, const approximate_match_Near *near,
                                    const approximate_match_Room *room)
{
    if (word->n > LONGEST + EDITS) {
        return 0;
    }
    Search search = {word, near, room, approximate_match_set_masks(&room->masks, word), 0};
    uint64_t sums[LONGEST + EDITS + 1], powers[PIECE + 1];
    sums[0] = 0;
    for (int64_t at = 0; at < word->n; at++) {
        sums[at + 1] = hashing_append(sums[at], word->at[at]);
    }
    powers[0] = 1;
    for (int64_t exponent = 1; exponent <= PIECE; exponent++) {
        powers[exponent] = powers[exponent - 1] * HASHING_BASE;
    }
    int64_t last = min_of(LONGEST, word->n + EDITS);
    for (int64_t length = max_of(SHORTEST, word->n - EDITS); length <= last; length++) {
        search_length(&search, length, sums, powers);
    }
    approximate_match_clear_masks(&room->masks, word);
    return search.found;
}

void approximate_match_mark_near(const U32 *units, const I64 *first,
                                 const approximate_match_Near *near,
                                 const approximate_match_Room *room, const B8 *found)
{
    for (int64_t index = 0; index < found->n; index++) {
        int64_t begin = first->at[index];
        U32 word = {units->at + begin, first->at[index + 1] - begin, 1};
        found->at[index] = word.n > 0 && approximate_match_find_near(&word, near, room) > 0;
    }
}

enum {
    WIDEST = 6,   // separating characters inside a name
    LITTLE = 3,   // units beside an anchor that may be missing entirely
    FAR_OFF = 1 << 30
};

/* A name and where its anchor places it in the text. */
typedef struct {
    U32 units;
    int64_t start;
    int64_t stop;
    int64_t most;  // edits
    Span anchor;   // units of the text
} Name;

/* The words around a name in the text that are nearest to it. */
typedef struct {
    int64_t edits;
    int64_t first;
    int64_t last;
} Nearest;

/* Return the end of the unknown word before a word, and the start of the one after it. */
static Span unknown_around(const Block *block, int64_t at)
{
    Span found = {-FAR_OFF, FAR_OFF};
    for (int64_t back = at - 1; back >= 0 && back >= at - APPROXIMATE_MATCH_REACH; back--) {
        if (block->unknown[back]) {
            found.begin = block->end[back];
            break;
        }
    }
    int64_t last = min_of(block->count - 1, at + APPROXIMATE_MATCH_REACH);
    for (int64_t ahead = at + 1; ahead <= last; ahead++) {
        if (block->unknown[ahead]) {
            found.end = block->begin[ahead];
            break;
        }
    }
    return found;
}

/* Return the first unit after a gap that is too wide; `high` if there is none. */
static int64_t wide_gap(const Block *block, int64_t low, int64_t high)
{
    for (int64_t unit = low + 1; unit < high; unit++) {
        if (block->wide[unit] > WIDEST && block->gap[unit]) {
            return unit;
        }
    }
    return high;
}

/* Find the span of words around an anchor nearest to a name. */
static Nearest nearest_span(const Block *block, const Name *name,
                            const approximate_match_Room *room)
{
    const U32 *units = &name->units;
    int64_t most = name->most, end = min_of(block->n, name->stop + most);
    Nearest best = {most + 1, 0, 0};
    bool masked = approximate_match_set_masks(&room->masks, units);
    int64_t latest = min_of(name->anchor.begin, name->start + most);
    for (int64_t low = max_of(0, name->start - most); low <= latest; low++) {
        if (!block->start[low]) {
            continue;
        }
        int64_t top = wide_gap(block, low, end);
        if (masked) {
            U32 text = slice(block->key, low, top);
            top = low + approximate_match_masked_distances(&room->masks, units->n, &text,
                                                           best.edits - 1, &room->far);
        }
        for (int64_t high = max_of(name->anchor.end, name->stop - most); high <= top; high++) {
            if (!block->start[high]) {
                continue;
            }
            int64_t far;
            if (masked) {
                far = room->far.at[high - low];
            } else {
                U32 text = slice(block->key, low, high);
                far = approximate_match_distance(&text, units, most);
            }
            if (far < best.edits) {
                best = (Nearest){far, low, high};
            }
        }
    }
    if (masked) {
        approximate_match_clear_masks(&room->masks, units);
    }
    return best;
}

/* Return whether a word beside an anchor may be part of any name: unknown, or with a number. */
static bool may_differ(const Block *block, int64_t at)
{
    return block->unknown[at] || block->flags[at] & (WORDS_NUMBER | WORDS_MIXED);
}

/* Return whether too many of a name's units are missing in the text near their positions.

   An aligned unit is shifted at most by the number of edits, plus one if the anchor itself is
   misaligned. */
static bool lacks_letters(const Block *block, const Name *name)
{
    int64_t most = name->most, lacking = 0;
    for (int64_t place = 0; place < name->units.n; place++) {
        uint32_t unit = name->units.at[place];
        int64_t last = min_of(block->n, name->start + place + most + 2);
        bool found = false;
        for (int64_t at = max_of(0, name->start + place - most - 1); at < last; at++) {
            found |= block->key[at] == unit;
        }
        lacking += !found;
        if (lacking > most) {
            return true;
        }
    }
    return false;
}

/* Return whether a key contains units `begin` to `end` of the text. */
static bool holds(const U32 *units, const Block *block, int64_t begin, int64_t end)
{
    int64_t size = end - begin;
    const uint32_t *part = block->key + begin;
    for (int64_t at = 0; at + size <= units->n; at++) {
        int64_t same = 0;
        while (same < size && units->at[at + same] == part[same]) {
            same++;
        }
        if (same == size) {
            return true;
        }
    }
    return false;
}

static bool holds_word(const U32 *units, const Block *block, int64_t word)
{
    return holds(units, block, block->begin[word], block->end[word]);
}

/* Return whether all differences from the name are in unknown words. */
static bool differs_in_unknown(const Block *block, const Nearest *best, const U32 *units)
{
    U32 text = slice(block->key, best->first, best->last);
    if (!approximate_match_same_digits(&text, units)) {
        return false;
    }
    bool unknown = false;
    for (int64_t at = block_word_at(block, best->first); at < block->count; at++) {
        int64_t begin = max_of(block->begin[at], best->first);
        int64_t end = min_of(block->end[at], best->last);
        if (begin >= end) {
            break;
        }
        if (block->unknown[at]) {
            unknown = true;
        } else if (!(block->flags[at] & WORDS_NUMBER) && !holds(units, block, begin, end)) {
            return false;
        }
    }
    return unknown;
}

void approximate_match_search(const Block *block, int64_t at, int64_t place, Span span,
                              const approximate_match_Anchors *anchors,
                              const approximate_match_Room *room, const hits_Hits *hits)
{
    // End and start of the unknown text next to the anchor.
    Span text = block->unknown[at] ? span : unknown_around(block, at);
    bool led = at > 0 && may_differ(block, at - 1);
    bool followed = at + 1 < block->count && may_differ(block, at + 1);
    for (int64_t index = anchors->lists.at[place]; index < anchors->lists.at[place + 1]; index++) {
        int64_t key = anchors->keys.at[index];
        int64_t first = anchors->first.at[key], size = anchors->first.at[key + 1] - first;
        int64_t start = span.begin - anchors->offsets.at[index], stop = start + size;
        int64_t most = approximate_match_most_edits(size);
        if (stop > block->n + most || start < -most) {
            continue;
        }
        if (text.begin <= start - most && text.end >= stop + most) {
            continue;  // no unknown word in reach
        }
        Name name = {slice(anchors->units.at, first, first + size), start, stop, most, span};
        if (span.begin - start > LITTLE && !led &&
            (at == 0 || !holds_word(&name.units, block, at - 1))) {
            continue;
        }
        if (stop - span.end > LITTLE && !followed &&
            (at + 1 == block->count || !holds_word(&name.units, block, at + 1))) {
            continue;
        }
        if (lacks_letters(block, &name)) {
            continue;
        }
        Nearest best = nearest_span(block, &name, room);
        if (0 < best.edits && best.edits <= most &&
            differs_in_unknown(block, &best, &name.units)) {
            hits_add(hits, HITS_NEAR, key, best.first, best.last, best.edits);
        }
    }
}
