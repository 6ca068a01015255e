#include "identify/engine/context.h"

enum {
    CLAUSE = RULES_LINE | RULES_STOP | RULES_NEWLINE | RULES_COMMA,
    NEXT = RULES_LINE | RULES_NEWLINE,
    REACH = 5,  // words from a name back to its negation
    LEADING = WORDS_BEFORE | WORDS_FILLER | WORDS_STEREO | WORDS_NAMED | WORDS_SALT,
    ZERO = 'o',  // the unit for 0
    BREAK = RULES_LINE | RULES_STOP | RULES_NEWLINE,  // separators that no name crosses
    RADICAL = 5,  // letters of the shortest "-yl" word
    WORDS_OUT = 4,  // search range for a longer name, in words, on either side
    UNITS_OUT = 40
};

static const uint8_t WIDE_PERCENT[] = {0xEF, 0xBC, 0x85};  // bytes of a full-width "%"

/* Return whether words `first` to `after` need a negation check; they rarely do. */
static bool may_be_negated(const Block *block, int64_t first, int64_t after)
{
    const int32_t *flags = block->flags;
    if (first > 0) {
        int64_t at = first - 1;
        if (flags[at] == WORDS_NUMBER) {
            if (block->key[block->begin[at]] == ZERO) {
                return true;
            }
        } else if (flags[at] & LEADING || phrases_may_be(block, at, &block->phrases->ends)) {
            return true;
        }
    }
    if (after < block->count) {
        if (flags[after] == WORDS_NUMBER) {
            return block->key[block->begin[after]] == ZERO;
        }
        return flags[after] & WORDS_AFTER || phrases_may_be(block, after, &block->phrases->starts);
    }
    return false;
}

/* Return whether a separator ends a clause: a comma does, and a dot with a space. */
static bool ends_clause(uint8_t gap)
{
    return gap & CLAUSE || (gap & RULES_DOT && gap & RULES_SPACE);
}

/* Return whether a word is the "d" of "d'acétone". */
static bool is_elided(const Block *block, int64_t at)
{
    int64_t begin = block->begin[at];
    uint32_t key = block->key[begin];
    return block->end[at] == begin + 1 && block->gap[begin + 1] == RULES_COMMA &&
           block->wide[begin + 1] == 1 && (key == 'd' || key == 'l');
}

/* Return whether a negation precedes a name closely.

   `number`: a CAS number, before which "No." is short for number. `english`: an English name,
   before which "sin" is not Spanish "without". */
static bool is_led(const Block *block, int64_t first, bool number, bool english)
{
    for (int64_t back = 1; back <= REACH; back++) {
        int64_t at = first - back;
        if (at < 0 || (ends_clause(block_gap(block, at + 1)) && !is_elided(block, at))) {
            return false;
        }
        int32_t flags = block->flags[at];
        Phrase said = phrases_before(block, at);
        if (said.kind & WORDS_BEFORE || (said.kind & PHRASES_FOREIGN && !english)) {
            return true;
        }
        if (said.kind & PHRASES_OPENING && back == 1 && block_gap(block, first) == RULES_SPACE) {
            return ends_clause(block_gap(block, said.word));
        }
        if (flags & WORDS_BEFORE && !(number && flags & WORDS_FILLER)) {
            // "free of it", but not "free acid", which is an acid.
            return !(flags & WORDS_AFTER) || block->flags[at + 1] & WORDS_FILLER;
        }
        if (!(said.kind & PHRASES_THROUGH || flags & LEADING)) {
            return false;
        }
    }
    return false;
}

/* Return whether a clause ends before a word; the dot of "no. 5" does not end one. */
static bool closes(const Block *block, int64_t at)
{
    if (at >= block->count) {
        return true;
    }
    uint8_t gap = block_gap(block, at);
    if (gap & CLAUSE) {
        return true;
    }
    return ends_clause(gap) && !(block->flags[at] & (WORDS_NUMBER | WORDS_MIXED));
}

/* Return whether a negation follows: "X free", "X not present", "X content: none". */
static bool is_followed(const Block *block, int64_t at)
{
    if (at >= block->count || ends_clause(block_gap(block, at))) {
        return false;
    }
    Phrase said = phrases_after(block, at);
    // "X free of charge", "X frei von Wasser".
    bool harmless =
        said.kind & (PHRASES_HARMLESS | WORDS_BEFORE) && !(said.kind & PHRASES_ABSENT);
    bool after = said.kind & WORDS_AFTER;
    if (after || harmless ||
        (block->flags[at] & WORDS_AFTER && !(block->flags[at] & WORDS_PART))) {
        return after || !harmless;
    }
    bool marked = block_gap(block, at) & (RULES_OTHER | RULES_HYPHEN);
    if (said.kind & (PHRASES_CONTENT | PHRASES_COPULA) && said.word < block->count) {
        if (ends_clause(block_gap(block, said.word))) {
            return false;
        }
        marked = true;
        said = phrases_after(block, said.word);
        if (said.kind & WORDS_AFTER) {
            return true;
        }
    }
    return said.kind & PHRASES_ABSENT && marked && closes(block, said.word);
}

/* Return whether a word is the decimal part of the preceding number. */
static bool is_decimal(const Block *block, int64_t at)
{
    uint8_t gap = block_gap(block, at);
    return block_wide(block, at) == 1 && (gap == RULES_DOT || gap == RULES_COMMA);
}

/* Return the last word of the number that starts at a word; -1 if there is none. */
static int64_t number_end(const Block *block, int64_t at)
{
    if (at >= block->count || block->flags[at] != WORDS_NUMBER || block_gap(block, at) & NEXT) {
        return -1;
    }
    while (at + 1 < block->count && block->flags[at + 1] == WORDS_NUMBER &&
           is_decimal(block, at + 1)) {
        at++;
    }
    return at;
}

static bool are_zero(const Block *block, int64_t low, int64_t at)
{
    for (int64_t unit = block->begin[low]; unit < block->end[at]; unit++) {
        if (block->key[unit] != ZERO) {
            return false;
        }
    }
    return true;
}

/* Return the word after the "%" or "pct" that follows a number; -1 if there is none. */
static int64_t percent_end(const Block *block, int64_t at)
{
    const uint8_t *text = block->text.at;
    int64_t size = block->text.n, place = block->byte_end[block->end[at] - 1];
    while (place < size && text[place] == ' ') {
        place++;
    }
    if (place < size && text[place] == '%') {
        return at + 1;
    }
    if (place + 2 < size && memcmp(text + place, WIDE_PERCENT, sizeof WIDE_PERCENT) == 0) {
        return at + 1;
    }
    if (at + 1 >= block->count || block_gap(block, at + 1) & NEXT) {
        return -1;
    }
    Phrase said = phrases_after(block, at + 1);
    return said.kind & PHRASES_PERCENT ? said.word : -1;
}

/* Return whether "0 %" precedes a name and is not a rate of duty. */
static bool is_zero_of(const Block *block, int64_t first, int64_t after)
{
    const int32_t *flags = block->flags;
    int64_t at = first - 1;
    if (at >= 0 && flags[at] & WORDS_FILLER && !ends_clause(block_gap(block, first))) {
        first = at--;  // "0 % of it"
    }
    if (at < 0 || ends_clause(block_gap(block, first))) {
        return false;
    }
    if (flags[at] != WORDS_NUMBER) {
        Phrase said = phrases_before(block, at);
        at = said.word - 1;
        if (!(said.kind & PHRASES_PERCENT) || at < 0 || flags[at] != WORDS_NUMBER) {
            return false;
        }
    }
    if (percent_end(block, at) != first) {
        return false;
    }
    int64_t low = at;
    while (low > 0 && flags[low - 1] == WORDS_NUMBER && is_decimal(block, low)) {
        low--;
    }
    if (!are_zero(block, low, at)) {
        return false;
    }
    if (low > 0 && !(block_gap(block, low) & NEXT)) {
        Phrase said = phrases_before(block, low - 1);
        if (flags[low - 1] & (WORDS_NUMBER | WORDS_MIXED) || said.kind & PHRASES_RATE) {
            return false;  // "1 000 % X", "5-0 % X", "duty 0 %"
        }
    }
    int64_t end = number_end(block, after);  // "water 0 % X 99 %": the later percentage is X's
    return end < 0 || percent_end(block, end) < 0;
}

/* Return whether a name's content is given as zero: "X: 0 %", "X content 0". */
static bool has_zero(const Block *block, int64_t at)
{
    if (at >= block->count || ends_clause(block_gap(block, at))) {
        return false;
    }
    Phrase said = phrases_after(block, at);
    bool content = said.kind & PHRASES_CONTENT;
    if (content) {
        at = said.word;
        if (at >= block->count || ends_clause(block_gap(block, at))) {
            return false;
        }
    }
    int64_t last = number_end(block, at);
    if (last < 0 || !are_zero(block, at, last)) {
        return false;
    }
    int64_t end = percent_end(block, last);
    if (end < 0) {
        return content && closes(block, last + 1);
    }
    return closes(block, end);
}

/* Return whether the text says that the goods are free of a name or numbered substance.

   Its words are `first` to the one before `after`. */
static bool is_negated(const Block *block, int64_t first, int64_t after, bool number, bool english)
{
    return is_led(block, first, number, english) || is_followed(block, after) ||
           is_zero_of(block, first, after) || has_zero(block, after);
}

/* Return whether a percentage above zero stands right after a name's last word: "GBL 99.9 %". */
static bool has_strength(const Block *block, int64_t after)
{
    int64_t last = number_end(block, after);
    return last >= 0 && percent_end(block, last) >= 0 && !are_zero(block, after, last);
}

/* Return the end of the word that starts at a unit; n + 1 if none follows closely. */
static int64_t next_end(const Block *block, int64_t high)
{
    if (high >= block->n || block->wide[high] > 3 || block->gap[high] & BREAK) {
        return block->n + 1;
    }
    int64_t at = high + 1;
    while (!block->start[at]) {
        at++;
    }
    return at;
}

/* Return the start of the word before a unit; -1 if none is close. */
static int64_t start_before(const Block *block, int64_t low)
{
    if (low == 0 || block->wide[low] > 3 || block->gap[low] & BREAK) {
        return -1;
    }
    int64_t at = low - 1;
    while (!block->start[at]) {
        at--;
    }
    return at;
}

/* Return whether the text around a name only describes a salt or stereoisomer. */
static bool is_only_dressing(const Block *block, Span name, int64_t low, int64_t high)
{
    int64_t last = min_of(block->count, block_word_at(block, high - 1) + 1);
    for (int64_t at = block_word_at(block, low); at < last; at++) {
        bool outside = block->end[at] <= name.begin || block->begin[at] >= name.end;
        if (outside && !(block->flags[at] & (WORDS_SALT | WORDS_STEREO | WORDS_FILLER))) {
            return false;
        }
    }
    return true;
}

/* Find the longest name of another chemical that contains a name; the name itself if none does. */
static Span longer_name(const Block *block, Span name, const hashing_Members *other)
{
    Span longest = name;
    int64_t low = name.begin;
    for (int64_t left = 0; left <= WORDS_OUT && low >= 0 && name.begin - low <= UNITS_OUT;
         left++) {
        int64_t high = name.end;
        for (int64_t right = 0;
             right <= WORDS_OUT && high <= block->n && high - name.end <= UNITS_OUT; right++) {
            if (high - low > longest.end - longest.begin &&
                hashing_has(other, block_short_hash(block, low, high)) &&
                !is_only_dressing(block, name, low, high)) {
                longest = (Span){low, high};
            }
            high = next_end(block, high);
        }
        low = start_before(block, low);
    }
    return longest;
}

/* Return whether a word ends in "yl", as the names of groups of atoms do: "phenethyl". */
static bool is_radical(const Block *block, int64_t word)
{
    int64_t end = block->end[word];
    return end - block->begin[word] >= RADICAL && block->key[end - 1] == 'l' &&
           block->key[end - 2] == 'y' && !(block->flags[word] & WORDS_ORDINARY);
}

/* Return whether a bracket that ends in a group of atoms stands right before a name:
   "1-(1,3-bensodioxol-5-yl)propan-2-on". */
static bool follows_group(const Block *block, int64_t word, Span name)
{
    int64_t byte = block->byte[name.begin] - 1, end = block->end[word];
    bool closed = byte >= 0 && block->text.at[byte] == ')' && block->wide[name.begin] == 1;
    return closed && block->key[end - 1] == 'l' && block->flags[word] != WORDS_NUMBER &&
           !(block->flags[word] & (WORDS_SALT | WORDS_MEASURE | WORDS_CUE));
}

/* Return whether a name is joined to words that make it another chemical. */
static bool is_part(const Block *block, Span name)
{
    const int32_t *flags = block->flags;
    int64_t first = block_word_at(block, name.begin);
    int64_t after = block_word_at(block, name.end - 1) + 1;
    if (first < block->count && block->begin[first] < name.begin) {
        return false;  // the name starts inside a word, after a number
    }
    int64_t at = first - 1;
    uint8_t gap = block->gap[name.begin];
    while (at >= 0 && flags[at] & WORDS_NUMBER && gap == RULES_HYPHEN) {
        gap = block_gap(block, at);  // "chloro-2-"
        at--;
    }
    if (at >= 0 && flags[at] & WORDS_PART && gap && !(gap & CLAUSE)) {
        return !(flags[at] & (WORDS_STEREO | WORDS_AFTER));
    }
    if (at >= 0 && ((gap == RULES_HYPHEN && is_radical(block, at)) ||
                    (at == first - 1 && follows_group(block, at, name)))) {
        return true;
    }
    if (after < block->count && flags[after] & WORDS_PART && flags[after] & WORDS_AFTER) {
        return !(block_gap(block, after) & CLAUSE);
    }
    if (after + 1 < block->count && block_gap(block, after) == RULES_HYPHEN) {
        // "-4-carboxylic acid": a locant and a chemical word follow.
        int32_t tail = flags[after + 1];
        return flags[after] & WORDS_NUMBER && block_gap(block, after + 1) == RULES_HYPHEN &&
               tail & (WORDS_CHEMICAL | WORDS_PART) && !(tail & WORDS_SALT);
    }
    return false;
}

/* Extend a name by the salt words right after it, or the one right before it. */
static Span salt_span(const Block *block, Span name)
{
    if (block->kind[name.end - 1] == RULES_IDEOGRAPH) {
        return name;
    }
    int64_t after = block_word_at(block, name.end - 1) + 1, high = name.end;
    while (after < block->count && block->flags[after] & WORDS_SALT &&
           block_wide(block, after) <= 2 && !(block_gap(block, after) & BREAK)) {
        high = block->end[after];
        after++;
    }
    int64_t first = block_word_at(block, name.begin);
    if (high == name.end && first > 0 && block->flags[first - 1] & WORDS_SALT &&
        block->wide[name.begin] == 1 && !(block->gap[name.begin] & CLAUSE)) {
        return (Span){block->begin[first - 1], name.end};
    }
    return (Span){name.begin, high};
}

/* Return whether a hit is negated. */
static bool is_hit_negated(const Block *block, const int64_t *hit, const B8 *english)
{
    int64_t before = block_word_at(block, hit[HIT_BEGIN]);
    int64_t after = block_word_at(block, hit[HIT_END] - 1) + 1;
    if (!may_be_negated(block, before, after)) {
        return false;
    }
    bool number = hit[HIT_KIND] == HITS_CAS;
    return is_negated(block, before, after, number, number || english->at[hit[HIT_VALUE]]);
}

/* A position in a line, and the code points before it: the next one is counted from there. */
typedef struct {
    U8 line;
    int64_t byte;
    int64_t points;
} Cursor;

/* Count the code points that start in some bytes. */
static int64_t count_points(const uint8_t *text, int64_t size)
{
    int64_t count = 0;
    // In parts whose count fits a byte, so that many bytes are added at a time.
    for (int64_t begin = 0; begin < size; begin += 128) {
        int64_t last = min_of(size, begin + 128);
        uint8_t part = 0;
        for (int64_t at = begin; at < last; at++) {
            part += (text[at] & 0xC0) != 0x80;
        }
        count += part;
    }
    return count;
}

/* Move to a byte of the line, and return the number of code points before it.

   Counting from the beginning for each hit would take quadratic time in a long line. */
static int64_t points(Cursor *cursor, int64_t byte)
{
    const uint8_t *text = cursor->line.at;
    int64_t at = min_of(byte, cursor->line.n);
    if (at >= cursor->byte) {
        cursor->points += count_points(text + cursor->byte, at - cursor->byte);
    } else {
        cursor->points -= count_points(text + at, cursor->byte - at);
    }
    cursor->byte = at;
    return cursor->points;
}

/* Write the positions of a hit and of its longer and salted forms in its line.

   The line begins at a byte `shift` of the block. */
static void place_hit(const Block *block, int64_t *hit, Span longer, Span salted, Cursor *cursor,
                      int64_t shift)
{
    Span name = {hit[HIT_BEGIN], hit[HIT_END]};
    hit[HIT_BYTE] = block->byte[name.begin] - shift;
    hit[HIT_BYTE_END] = block->byte_end[name.end - 1] - shift;
    hit[HIT_BEGIN] = points(cursor, hit[HIT_BYTE]);
    hit[HIT_END] = points(cursor, hit[HIT_BYTE_END]);
    hit[HIT_LONGER] = points(cursor, block->byte[longer.begin] - shift);
    hit[HIT_LONGER_END] = points(cursor, block->byte_end[longer.end - 1] - shift);
    hit[HIT_SALTED] = points(cursor, block->byte[salted.begin] - shift);
    hit[HIT_SALTED_END] = points(cursor, block->byte_end[salted.end - 1] - shift);
}

/* Return the line of a unit. */
static int64_t line_of(const I32 *units, int64_t unit)
{
    int64_t low = 0, high = units->n;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (units->at[middle] <= unit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - 1;
}

/* Return the flags of a name by how it was found. */
static int64_t name_flags(int64_t edits)
{
    switch (edits) {
    case HITS_IN_COMPOUND:
        return HITS_GLUED;
    case HITS_IN_NEGATION:
        return HITS_GLUED | HITS_NEGATED;
    case HITS_JOINED:
        return HITS_FORM;
    default:
        return 0;
    }
}

void context_finish(const Block *block, const hashing_Members *other, const B8 *english,
                    const int64_t *offsets, int64_t line, const I32 *units, const bool *cues,
                    const hits_Hits *hits, int64_t start)
{
    Cursor cursor = {0};
    for (int64_t row = start; row < hits_kept(hits); row++) {
        int64_t *hit = hits->rows.at + row * HIT_COLUMNS;
        Span name = {hit[HIT_BEGIN], hit[HIT_END]}, salted = name, longer = name;
        int64_t at = line_of(units, name.begin), kind = hit[HIT_KIND];
        int64_t flags = cues[at] ? HITS_CUED : 0;
        if (kind == HITS_CAS && hit[HIT_EDITS]) {
            flags |= HITS_SCANNED;
        }
        if (kind == HITS_NAME) {
            flags |= name_flags(hit[HIT_EDITS]);
        }
        if (kind <= HITS_CAS && is_hit_negated(block, hit, english)) {
            flags |= HITS_NEGATED;
        }
        if (kind <= HITS_NEAR) {
            salted = salt_span(block, name);
            longer = longer_name(block, name, other);
            bool whole = salted.begin == units->at[at] && salted.end == units->at[at + 1];
            flags |= salted.begin != name.begin || salted.end != name.end ? HITS_SALTED : 0;
            flags |= longer.end - longer.begin > name.end - name.begin ? HITS_LONGER : 0;
            flags |= is_part(block, name) ? HITS_PART_OF : 0;
            flags |= whole ? HITS_WHOLE : 0;
            flags |= has_strength(block, block_word_at(block, salted.end - 1) + 1) ? HITS_CUED : 0;
        }
        hit[HIT_LINE] = line + at;
        hit[HIT_FLAGS] = flags;
        int64_t shift = offsets[at] - offsets[0];
        if (cursor.line.at != block->text.at + shift) {
            U8 here = {block->text.at + shift, offsets[at + 1] - offsets[at], 1};
            cursor = (Cursor){here, 0, 0};
        }
        place_hit(block, hit, longer, salted, &cursor, shift);
    }
}
