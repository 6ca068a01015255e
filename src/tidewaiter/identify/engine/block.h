/* A block of folded lines, with its words: what every step of the scan reads. */
#pragma once

#include "identify/engine/hashing.h"

typedef struct {
    U8 text;  // bytes of the lines
    // Units: see `Folded`.
    int64_t n;
    const uint32_t *key;
    const uint8_t *kind;
    const uint8_t *start;
    const uint8_t *gap;
    const uint8_t *wide;
    const int32_t *byte;
    const int32_t *byte_end;
    const uint64_t *hash;
    const uint64_t *powers;  // of the hash base
    // Words: see `Words`.
    int64_t count;
    const int32_t *begin;
    const int32_t *end;
    int32_t *flags;
    bool *unknown;
    bool *close;
    bool *covered;
    const phrases_Phrases *phrases;
} Block;

/* Units or words, from the first to the one after the last. */
typedef struct {
    int64_t begin;
    int64_t end;
} Span;

/* Hash units `begin` to `end` of the lines, ignoring separators. */
static inline uint64_t block_hash(const Block *block, int64_t begin, int64_t end)
{
    const uint64_t *hash = block->hash;
    return hashing_mix(hash[end] - hash[begin] * block->powers[end - begin]);
}

/* Hash units to the 40 bits used in the file of other chemicals. */
static inline uint64_t block_short_hash(const Block *block, int64_t begin, int64_t end)
{
    return hashing_shorten(block_hash(block, begin, end));
}

/* Return the separator before a word. */
static inline uint8_t block_gap(const Block *block, int64_t word)
{
    return block->gap[block->begin[word]];
}

/* Return the number of separating characters before a word. */
static inline uint8_t block_wide(const Block *block, int64_t word)
{
    return block->wide[block->begin[word]];
}

/* Return the number of units of a word. */
static inline int64_t block_length(const Block *block, int64_t word)
{
    return block->end[word] - block->begin[word];
}

/* Return the word that contains a unit, or else the first word after it. */
static inline int64_t block_word_at(const Block *block, int64_t unit)
{
    int64_t low = 0, high = block->count;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (block->end[middle] <= unit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}
