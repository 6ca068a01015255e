/* Phrases beside a name or a number. */
#pragma once

#include "identify/engine/words.h"

enum { PHRASES_KINDS = (1 << PHRASES_COUNT) - 1 };

/* A phrase: its effect (0: none), and the word at its other end. */
typedef struct {
    int64_t kind;
    int64_t word;
} Phrase;

/* Return whether a phrase may start or end with a word, by a bit filter. */
static inline bool phrases_may_be(const Block *block, int64_t word, const U8 *bits)
{
    uint64_t hash = block_hash(block, block->begin[word], block->end[word]);
    return hashing_bit(bits->at, hash >> (64 - PHRASES_EDGE_BITS));
}

/* Find the longest phrase that ends with a word: its effect, and its first word. */
Phrase phrases_before(const Block *block, int64_t at);

/* Find the longest phrase that begins with a word: its effect, and the word after it. */
Phrase phrases_after(const Block *block, int64_t at);

/* Return the effect of spaced letters ("H.S."); 0: none. */
int64_t phrases_spelled(const Block *block, int64_t low, int64_t at);
