/* Words of a block: vocabulary flags. */
#pragma once

#include "identify/engine/block.h"

enum { WORDS_FLAG_BITS = 17 };

/* Return the flags of a word's short hash; 0 if it is unknown. */
static inline int32_t words_look_up(const words_Vocabulary *vocabulary, uint64_t key)
{
    const uint32_t *slots = vocabulary->slots.at;
    uint64_t mask = (uint64_t)vocabulary->slots.n - 1;
    uint32_t tag = (uint32_t)(key >> 49);
    for (uint64_t at = key & mask; slots[at] != 0; at = (at + 1) & mask) {
        if (slots[at] >> WORDS_FLAG_BITS == tag) {
            return (int32_t)(slots[at] & ((1U << WORDS_FLAG_BITS) - 1));
        }
    }
    return 0;
}

/* Return the vocabulary flags of units, even inside a word; 0: none. */
static inline int32_t words_flags_of(const Block *block, const words_Vocabulary *vocabulary,
                                     int64_t begin, int64_t end)
{
    return words_look_up(vocabulary, block_short_hash(block, begin, end));
}

/* Look at the first `n` units of folded lines. */
Block words_block(const fold_Folded *room, int64_t n, const U64 *powers, const words_Words *words);

/* Find the words of a block: runs of letters and digits, and single ideographs. */
void words_find(Block *block, const words_Words *words, const words_Vocabulary *vocabulary);
