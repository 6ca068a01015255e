#include "identify/engine/disguise.h"

enum {
    SHORTEST_WORD = 4,   // units of a word with digits or signs
    SHORTEST_BACK = 6,   // units of a word that is read backwards
    LONGEST_WORD = 64,
    MOST_WILD = 2,       // signs in a word that stand for any letter
    LETTERS = 26,
    TWICE = 2            // letters that are doubled; one is a slip
};

// What stands for a digit; 0, 1, 5 and 8 are folded to letters already.
static const char DIGITS[] = "  zea bt g";

/* A word under examination: its letters, and where any letter may stand. */
typedef struct {
    uint32_t units[LONGEST_WORD];
    int64_t size;
    int64_t wild[MOST_WILD];
    int64_t wilds;
} Word;

/* Return whether a word belongs to a name. */
static bool is_named(const words_Vocabulary *vocabulary, const uint32_t *units, int64_t size)
{
    uint64_t hash = 0;
    for (int64_t at = 0; at < size; at++) {
        hash = hashing_append(hash, units[at]);
    }
    return words_look_up(vocabulary, hashing_shorten(hashing_mix(hash))) & WORDS_NAMED;
}

/* Return whether a word belongs to a name with some letter in place of each sign. */
static bool fits(const words_Vocabulary *vocabulary, Word *word, int64_t wild)
{
    if (wild >= word->wilds || wild >= MOST_WILD) {
        return is_named(vocabulary, word->units, word->size);
    }
    for (uint32_t letter = 0; letter < LETTERS; letter++) {
        word->units[word->wild[wild]] = 'a' + letter;
        if (fits(vocabulary, word, wild + 1)) {
            return true;
        }
    }
    return false;
}

/* Add the units of a word, with letters in place of digits; return whether they fit. */
static bool add_units(const Block *block, int64_t at, Word *word)
{
    if (word->size + block_length(block, at) > LONGEST_WORD) {
        return false;
    }
    for (int64_t unit = block->begin[at]; unit < block->end[at]; unit++) {
        uint32_t key = block->key[unit];
        bool digit = '0' <= key && key <= '9';
        word->units[word->size++] = digit ? (uint32_t)DIGITS[key - '0'] : key;
    }
    return true;
}

/* Return the letter for which the sign before a word stands; '*' for any letter, 0 for none. */
static uint32_t sign_before(const Block *block, int64_t at)
{
    int64_t first = block->byte[block->begin[at]];
    switch (first > 0 ? block->text.at[first - 1] : 0) {
    case '@':
        return 'a';
    case '$':
        return 's';
    case '!':
        return 'l';
    case 0xAC:  // the last byte of the euro sign; others that end so give no word of a name
        return 'e';
    case '*':
    case '#':
        return '*';
    default:
        return 0;
    }
}

/* Add the sign before a word, if it is a single one that may stand for a letter.

   It stands for any letter if `wild`. */
static bool add_sign(const Block *block, int64_t at, Word *word, bool wild)
{
    uint32_t letter = sign_before(block, at);
    if (letter == 0 || block_wide(block, at) != 1 || word->size == LONGEST_WORD) {
        return false;
    }
    if (wild || letter == '*') {
        if (word->wilds == MOST_WILD) {
            return false;
        }
        word->wild[word->wilds++] = word->size;
    }
    word->units[word->size++] = letter;
    return true;
}

/* Return whether a word with digits or signs, undone, belongs to a name. */
static bool has_signs(const Block *block, const words_Vocabulary *vocabulary, int64_t at, bool wild)
{
    Word word = {.size = 0};
    bool signs = add_sign(block, at, &word, wild) || block->flags[at] & WORDS_MIXED;
    if (!add_units(block, at, &word)) {
        return false;
    }
    for (int64_t next = at + 1; next < block->count && add_sign(block, next, &word, wild); next++) {
        signs = true;
        if (!add_units(block, next, &word)) {
            return false;
        }
    }
    return signs && word.size >= SHORTEST_WORD && fits(vocabulary, &word, 0);
}

/* Return the kinds of disguise that, undone, make a word part of a name. */
static uint8_t kinds_of(const Block *block, const words_Vocabulary *vocabulary, int64_t at)
{
    int64_t size = block_length(block, at);
    bool joined = sign_before(block, at) || (at + 1 < block->count && sign_before(block, at + 1));
    bool signs = (joined || block->flags[at] & WORDS_MIXED) &&
                 (has_signs(block, vocabulary, at, false) ||
                  (joined && has_signs(block, vocabulary, at, true)));
    uint8_t kinds = signs ? DISGUISE_SIGNS : 0;
    if (!block->unknown[at] || size < SHORTEST_BACK || size > LONGEST_WORD) {
        return kinds;
    }
    uint32_t units[LONGEST_WORD];
    for (int64_t unit = 0; unit < size; unit++) {
        units[unit] = block->key[block->end[at] - 1 - unit];
    }
    kinds |= is_named(vocabulary, units, size) ? DISGUISE_BACKWARDS : 0;
    int64_t single = 0;
    for (int64_t unit = block->begin[at]; unit < block->end[at]; unit++) {
        if (single == 0 || units[single - 1] != block->key[unit]) {
            units[single++] = block->key[unit];
        }
    }
    bool doubled = size - single >= TWICE && is_named(vocabulary, units, single);
    return kinds | (doubled ? DISGUISE_DOUBLED : 0);
}

void disguise_mark(const Block *block, const words_Vocabulary *vocabulary, const I32 *units,
                   uint8_t *marks)
{
    int64_t line = 0;
    for (int64_t at = 0; at < block->count; at++) {
        while (line + 1 < units->n && units->at[line + 1] <= block->begin[at]) {
            line++;
        }
        bool strange = block->flags[at] & WORDS_MIXED || block->unknown[at];
        bool joined = at + 1 < block->count && sign_before(block, at + 1);
        if (strange || joined || sign_before(block, at)) {
            marks[line] |= kinds_of(block, vocabulary, at);
        }
    }
}
