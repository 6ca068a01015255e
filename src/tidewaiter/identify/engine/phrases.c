#include "identify/engine/phrases.h"

enum { LONGEST = 6 };  // words
enum { BREAK = RULES_LINE | RULES_NEWLINE | RULES_STOP };

/* Return what is said of words `first` to `last`; -1: they are no phrase. */
static int64_t look_up(const Block *block, int64_t first, int64_t last)
{
    uint64_t hash = block_hash(block, block->begin[first], block->end[last]);
    return hashing_find(&block->phrases->table, hash);
}

Phrase phrases_before(const Block *block, int64_t at)
{
    Phrase found = {0, at};
    for (int64_t low = at; low >= 0 && low > at - LONGEST; low--) {
        if (low < at && block_gap(block, low + 1) & BREAK) {
            break;
        }
        int64_t value = look_up(block, low, at);
        if (value >= 0 && value >> PHRASES_COUNT == at - low + 1) {
            found = (Phrase){value & PHRASES_KINDS, low};
        }
    }
    return found;
}

Phrase phrases_after(const Block *block, int64_t at)
{
    Phrase found = {0, at};
    for (int64_t high = at; high < block->count && high < at + LONGEST; high++) {
        if (high > at && block_gap(block, high) & BREAK) {
            break;
        }
        int64_t value = look_up(block, at, high);
        if (value >= 0 && value >> PHRASES_COUNT == high - at + 1) {
            found = (Phrase){value & PHRASES_KINDS, high + 1};
        }
    }
    return found;
}

int64_t phrases_spelled(const Block *block, int64_t low, int64_t at)
{
    int64_t value = look_up(block, low, at);
    return value >= 0 ? value & PHRASES_KINDS : 0;
}
