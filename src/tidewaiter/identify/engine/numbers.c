#include "identify/engine/numbers.h"

enum {
    CAS = WORDS_CAS_CUE,
    HS = WORDS_HS_CUE,
    UN = WORDS_UN_CUE,
    CUS = WORDS_CUS_CUE,
    CUES = CAS | HS | UN,
    REACH = 4,      // words between a cue and its number
    FAR_BACK = 24,  // words from a listed number back to its cue
    LETTERS = 3,    // length of the longest cue written with dots
    CODE = 4,       // minimum leading digits of a code
    SEPARATORS = RULES_COMMA | RULES_OTHER | RULES_STOP,
    WITHIN = RULES_DOT | RULES_SPACE  // separators in a cue that is written letter by letter
};

/* A number (-1: none) and its units. */
typedef struct {
    int64_t value;
    int64_t begin;
    int64_t end;
    bool real;  // all digits are genuine, not letters from a scan
} Number;

static const Number NONE = {-1, 0, 0, false};

/* Return the cue that ends with a one-letter word: "H.S.", "C.A.S.", "U N"; 0: none. */
static int64_t spelled_cue(const Block *block, int64_t first, int64_t at)
{
    int64_t kind = 0;
    for (int64_t low = at - 1; low >= max_of(first, at - LETTERS + 1); low--) {
        if (block_length(block, low) != 1 || (block_gap(block, low + 1) | WITHIN) != WITHIN) {
            break;
        }
        int64_t found = phrases_spelled(block, low, at) & CUES;
        kind = found ? found : kind;
    }
    return kind;
}

/* Return the word before a number that may end a cue of several words; -1: none. */
static int64_t cue_end(const Block *block, int64_t first, int64_t at)
{
    for (int64_t back = at - 1; back > first && at - back <= REACH; back--) {
        if (phrases_may_be(block, back, &block->phrases->cues)) {
            return back;
        }
        if (!(block->flags[back] & (WORDS_FILLER | WORDS_SIGN))) {
            break;
        }
    }
    return -1;
}

/* Mark the last word of a cue of several words ("CN code"), and return the cue; 0: none.

   If its last word alone is a cue, it is handled there. */
static int64_t mark_cue(const Block *block, int64_t at)
{
    int64_t cue = phrases_before(block, at).kind & CUES;
    if (block->flags[at] & cue) {
        return 0;
    }
    block->flags[at] |= (int32_t)cue;
    return cue;
}

/* Return whether a cue precedes a word, with only fillers between. */
static bool has_cue(const Block *block, int64_t at, int64_t cue)
{
    for (int64_t back = 1; back <= REACH; back++) {
        if (at - back < 0 || block_gap(block, at - back + 1) & RULES_LINE) {
            return false;
        }
        int32_t flags = block->flags[at - back];
        if (flags & cue) {
            return true;
        }
        if (!(flags & WORDS_FILLER)) {
            return false;
        }
    }
    return false;
}

/* Return the next number after a comma, a slash or an "and"; -1: none. */
static int64_t next_listed(const Block *block, int64_t last)
{
    int64_t at = last + 1;
    if (at >= block->count) {
        return -1;
    }
    uint8_t gap = block_gap(block, at);
    bool listed = gap & SEPARATORS;
    if (!(gap & (RULES_LINE | RULES_HYPHEN)) && !(block->flags[at] & WORDS_NUMBER)) {
        Phrase phrase = phrases_after(block, at);
        if (phrase.kind & PHRASES_JOINING && phrase.word < block->count) {
            at = phrase.word;
            listed = true;
            gap = block_gap(block, at);
        }
    }
    bool right = listed && block->flags[at] == WORDS_NUMBER &&
                 !(gap & (RULES_LINE | RULES_HYPHEN));
    return right && block_wide(block, at) <= 3 ? at : -1;
}

/* Return whether a number after a cue is a code, not an amount, year or post code.

   Its words are `at` to `last`; `first` is the first number after the cue, and further ones must
   meet stricter tests. */
static bool may_be_code(const Block *block, int64_t at, int64_t last, int64_t cue, bool first)
{
    int64_t after = last + 1;
    if (after >= block->count || block_gap(block, after) & (RULES_LINE | RULES_NEWLINE)) {
        return true;
    }
    uint8_t gap = block_gap(block, after);
    int64_t kind = phrases_after(block, after).kind;
    if (kind & PHRASES_OTHERWISE && !(gap & SEPARATORS)) {
        return false;
    }
    if (first || gap & SEPARATORS || kind & PHRASES_JOINING) {
        return true;
    }
    int32_t flags = block->flags[after];
    if (flags & (WORDS_MEASURE | WORDS_NUMBER)) {
        return false;
    }
    if (cue & HS) {
        return last > at && block_gap(block, at + 1) == RULES_DOT && block_length(block, at) >= 4;
    }
    return block_gap(block, at) == RULES_OTHER && block_wide(block, at) == 1 &&
           !(flags & WORDS_CUE);
}

/* Return whether a number without hyphens is part of a list after a CAS cue. */
static bool is_listed(const Block *block, int64_t at)
{
    int64_t length = block_length(block, at);
    if (block->flags[at] != WORDS_NUMBER || length < 5 || length > 10) {
        return false;
    }
    if (!may_be_code(block, at, at, CAS, false)) {
        return false;
    }
    int64_t last = at - 1;
    while (last > 0 && phrases_before(block, last).kind & PHRASES_JOINING) {
        last--;
    }
    if (last < 0 || next_listed(block, last) != at) {
        return false;
    }
    for (int64_t back = last; back >= 0 && back > last - FAR_BACK; back--) {
        if (block_gap(block, back + 1) & RULES_LINE) {
            break;
        }
        if (block->flags[back] & CAS) {
            return true;
        }
        bool joins = phrases_before(block, back).kind & PHRASES_JOINING;
        if (!joins && !(block->flags[back] & (WORDS_NUMBER | WORDS_FILLER))) {
            break;
        }
    }
    return false;
}

/* Return the digit for a unit, with scan confusions resolved; -1: none. */
static int digit_of(uint32_t key)
{
    if ('0' <= key && key <= '9') {
        return (int)(key - '0');
    }
    return key == 'o' ? 0 : key == 'l' ? 1 : key == 's' ? 5 : key == 'b' ? 8 : -1;
}

/* Append a digit; a number too long for 64 bits wraps, and its length excludes it later. */
static int64_t append(int64_t value, int digit)
{
    return (int64_t)((uint64_t)value * 10 + (uint64_t)(int64_t)digit);
}

/* Return the number formed by units; -1 if one is not a digit. */
static int64_t value_of(const Block *block, int64_t begin, int64_t end)
{
    int64_t value = 0;
    for (int64_t at = begin; at < end; at++) {
        int digit = digit_of(block->key[at]);
        if (digit < 0) {
            return -1;
        }
        value = append(value, digit);
    }
    return value;
}

bool numbers_check_digit_holds(int64_t number)
{
    int64_t total = 0, weight = 1;
    for (int64_t rest = number / 10; rest > 0; rest /= 10) {
        total += weight * (rest % 10);
        weight++;
    }
    return total % 10 == number % 10;
}

static int64_t real_digits(const Block *block, int64_t begin, int64_t end)
{
    int64_t count = 0;
    for (int64_t at = begin; at < end; at++) {
        count += block->kind[at] == RULES_DIGIT;
    }
    return count;
}

/* Return the start of the trailing digits of a word; its end if there are none. */
static int64_t last_digits(const Block *block, int64_t at)
{
    int64_t begin = block->end[at];
    while (begin > block->begin[at] && block->kind[begin - 1] == RULES_DIGIT) {
        begin--;
    }
    return begin;
}

/* Return whether a word is or follows a CAS cue. */
static bool is_marked(const Block *block, int64_t at)
{
    return block->flags[at] & CAS || has_cue(block, at, CAS);
}

/* Return whether three words are written as the blocks of a CAS number. */
static bool are_joined(const Block *block, int64_t at)
{
    if (block_length(block, at + 1) != 2 || block_length(block, at + 2) != 1) {
        return false;
    }
    if (block_gap(block, at) & RULES_HYPHEN && at > 0 && block_wide(block, at) == 1 &&
        block->flags[at - 1] == WORDS_NUMBER) {
        return false;  // the middle of a longer number
    }
    bool marked = is_marked(block, at);
    for (int64_t part = at + 1; part <= at + 2; part++) {
        uint8_t gap = block_gap(block, part);
        bool joined = gap & RULES_HYPHEN || (marked && gap & (RULES_SPACE | RULES_DOT | RULES_OTHER));
        if (block_wide(block, part) > 3 || !joined) {
            return false;
        }
    }
    return true;
}

/* Parse a CAS number with its first block at the end of a word. */
static Number cas_at(const Block *block, int64_t at)
{
    int64_t end = block->end[at], tail = last_digits(block, at), begin = tail;
    if (!(block->flags[at] & CAS) && block_length(block, at) <= 7) {
        begin = block->begin[at];  // letters from a scan may be among the digits
        while (begin < end && digit_of(block->key[begin]) < 0) {
            begin++;
        }
    }
    if (at + 2 < block->count && 2 <= end - begin && end - begin <= 7 && are_joined(block, at)) {
        int64_t first = value_of(block, begin, end);
        int64_t second = value_of(block, block->begin[at + 1], block->end[at + 1]);
        int64_t third = value_of(block, block->begin[at + 2], block->end[at + 2]);
        int64_t last = block->end[at + 2];
        if (first > 0 && second >= 0 && third >= 0) {
            int64_t real = real_digits(block, begin, last);
            if (2 * real > last - begin) {
                int64_t value = first * 1000 + second * 10 + third;
                return (Number){value, begin, last, real == last - begin};
            }
        }
    }
    if (is_marked(block, at) && 5 <= end - tail && end - tail <= 10) {
        return (Number){value_of(block, tail, end), tail, end, true};
    }
    return NONE;
}

/* Return the number after a cue, past fillers; -1 if there is none. */
static int64_t number_after(const Block *block, int64_t at)
{
    int64_t last = min_of(block->count - 1, at + REACH);
    for (int64_t ahead = at + 1; ahead <= last; ahead++) {
        if (block_gap(block, ahead) & RULES_LINE) {
            return -1;
        }
        if (block->flags[ahead] & WORDS_NUMBER) {
            return ahead;
        }
        if (!(block->flags[ahead] & WORDS_FILLER)) {
            return -1;
        }
    }
    return -1;
}

/* Return whether a word continues a number of goods. */
static bool continues(const Block *block, int64_t at, int64_t cue)
{
    uint8_t gap = block_gap(block, at);
    return block->flags[at] & WORDS_NUMBER &&
           (gap == RULES_DOT || gap == RULES_HYPHEN || (gap == RULES_SPACE && cue & HS));
}

/* Parse an HS, UN or CUS number from a word on: digits with dots or hyphens between.

   The number has a leading 1, so that no 0 is lost. */
static Number goods_number_at(const Block *block, int64_t at, int64_t cue)
{
    int64_t value = 1, digits = 0, begin = last_digits(block, at), place = at;
    do {
        for (int64_t unit = place == at ? begin : block->begin[place]; unit < block->end[place];
             unit++) {
            value = append(value, digit_of(block->key[unit]));
            digits++;
        }
        place++;
    } while (digits < 10 && place < block->count && continues(block, place, cue));
    bool right = (cue & HS && 4 <= digits && digits <= 10) || (cue & UN && digits == 4) ||
                 (cue & CUS && digits == 8);
    return (Number){right ? value : -1, begin, block->end[place - 1], true};
}

/* Return the index of a number in a sorted array, or -1. */
static int64_t find_number(const I64 *numbers, int64_t value)
{
    int64_t low = 0, high = numbers->n;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (numbers->at[middle] < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < numbers->n && numbers->at[low] == value ? low : -1;
}

/* Add a CAS number; return whether it is valid. */
static bool add_cas(const Block *block, int64_t at, const I64 *cas, const hits_Hits *hits)
{
    Number number = cas_at(block, at);
    if (number.value < 0) {
        if (!is_listed(block, at)) {
            return false;
        }
        int64_t begin = block->begin[at], end = block->end[at];
        int64_t value = value_of(block, begin, end), place = find_number(cas, value);
        if (place >= 0 && numbers_check_digit_holds(value)) {
            hits_add(hits, HITS_CAS, place, begin, end, 0);
        }
        return place >= 0;
    }
    int64_t place = find_number(cas, number.value);
    if (numbers_check_digit_holds(number.value)) {
        if (place >= 0) {
            hits_add(hits, HITS_CAS, place, number.begin, number.end, !number.real);
        } else if (number.real) {
            hits_add(hits, HITS_CAS_OTHER, number.value, number.begin, number.end, 0);
        }
        return place >= 0 || number.real;
    }
    if (number.real && is_marked(block, at)) {
        hits_add(hits, HITS_CAS_WRONG, number.value, number.begin, number.end, 0);
    }
    return false;
}

/* Add the number at a word (-1: none), and those listed after it.

   Return whether one is in a chemical chapter. */
static bool add_from(const Block *block, int64_t place, int64_t cue, const hits_Hits *hits)
{
    int64_t kind = cue & HS ? HITS_HS : cue & UN ? HITS_UN : HITS_CUS;
    bool chemical = false, first = true;
    while (place >= 0) {
        Number number = goods_number_at(block, place, cue);
        if (number.value < 0) {
            break;
        }
        int64_t last = block_word_at(block, number.end - 1);
        if (!may_be_code(block, place, last, cue, first)) {
            break;
        }
        hits_add(hits, kind, number.value, number.begin, number.end, 0);
        int64_t chapter = number.value;
        while (chapter >= 1000) {
            chapter /= 10;
        }
        // 28, 29, 30 behind the 1.
        chemical |= kind == HITS_HS && 128 <= chapter && chapter <= 130;
        place = next_listed(block, last);
        first = false;
    }
    return chemical;
}

/* Resolve a single letter that may end "H.S."; return the cue that it ends. */
static int64_t resolve_letter(const Block *block, int64_t first, int64_t word)
{
    int64_t said = 0;
    if (word > first && block_length(block, word - 1) == 1) {
        said = spelled_cue(block, first, word);
    }
    block->flags[word] = (int32_t)((block->flags[word] & ~(HS | UN)) | said);
    return said;
}

/* Add the numbers of a line, whose words are `first` to `end`; return whether it has a cue. */
static bool scan_line(const Block *block, int64_t first, int64_t end, const I64 *cas,
                      const hits_Hits *hits)
{
    int64_t every = 0;
    for (int64_t word = first; word < end; word++) {
        every |= block->flags[word];
    }
    bool cue = every & (WORDS_CUE | CAS);
    bool fillers = every & (WORDS_FILLER | WORDS_SIGN);  // may contain a cue of several words
    bool numbers = every & (HS | UN | CUS);
    for (int64_t word = first; word < end; word++) {
        int64_t flag = block->flags[word];
        if (flag & WORDS_MEASURE &&
            (flag & WORDS_MIXED || (word > first && block->flags[word - 1] & WORDS_NUMBER))) {
            cue = true;
        }
        if (numbers && flag & (HS | UN | CUS)) {
            if (flag & HS && flag & UN) {
                int64_t said = resolve_letter(block, first, word);
                every |= said;
                if (!(said & (HS | UN))) {
                    continue;
                }
            }
            int64_t said = block->flags[word];
            int64_t place = said & WORDS_MIXED ? word : number_after(block, word);  // "UN1715"
            cue |= add_from(block, place, said, hits);
        }
        if (!(flag & (WORDS_NUMBER | WORDS_MIXED))) {
            continue;
        }
        if (fillers && flag == WORDS_NUMBER && block_length(block, word) >= CODE && word > first) {
            int64_t place = cue_end(block, first, word);
            int64_t said = place >= 0 ? mark_cue(block, place) : 0;
            every |= said & CAS;
            if (said & (HS | UN)) {
                cue |= add_from(block, word, said, hits);
            }
        }
        if (every & CAS || (word + 2 < end && block_length(block, word + 1) == 2 &&
                            block_length(block, word + 2) == 1)) {
            cue |= add_cas(block, word, cas, hits);
        }
    }
    return cue;
}

void numbers_scan(const Block *block, const I64 *cas, const I32 *units, bool *cues,
                  const hits_Hits *hits)
{
    int64_t at = 0;
    for (int64_t line = 0; line + 1 < units->n; line++) {
        int64_t first = at;
        while (at < block->count && block->begin[at] < units->at[line + 1]) {
            at++;
        }
        cues[line] = scan_line(block, first, at, cas, hits);
    }
}
