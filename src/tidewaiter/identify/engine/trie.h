/* Trie of folded names. */
#pragma once

#include "identify/engine/block.h"
#include "identify/engine/hits.h"

enum { TRIE_WIDEST = 6 };  // maximum characters between two units of one name

/* A key of the trie (-1: none), the unit after it, and whether an affix is joined to it. */
typedef struct {
    int64_t end;
    int64_t key;
    bool joined;
} Key;

static inline uint64_t trie_step_key(int64_t node, uint32_t unit)
{
    return hashing_mix(((uint64_t)node << 21) ^ unit ^ UINT64_C(0x5BD1E995));
}

/* Return the next node for a unit, or -1. */
static inline int64_t trie_next(const trie_Trie *trie, int64_t node, uint32_t unit)
{
    return hashing_find(&trie->steps, trie_step_key(node, unit));
}

/* Return whether the bit of a hash is set. */
static inline bool trie_bit(const U8 *bits, uint64_t key)
{
    return hashing_bit(bits->at, key >> (64 - TRIE_FILTER_BITS));
}

/* Return whether a long key may start at a unit, even inside a word. */
static inline bool trie_may_start(const Block *block, const trie_Trie *trie, int64_t at)
{
    return trie_bit(&trie->heads, block_hash(block, at, at + TRIE_HEAD));
}

/* Add the longest names, leftmost first, without overlaps.

   A weak name without a cue does not count, so strong names inside it are added too. `starts` is a
   buffer for a number per unit. */
void trie_scan_names(const Block *block, const trie_Trie *trie, const bool *strong,
                     int32_t *starts, const hits_Hits *hits);
