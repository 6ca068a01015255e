/* Hits of a block: see hits.py for their columns. */
#pragma once

#include "native/records.h"

/* Columns of a hit. */
enum {
    HIT_LINE,
    HIT_KIND,
    HIT_VALUE,
    HIT_BEGIN,
    HIT_END,
    HIT_EDITS,
    HIT_FLAGS,
    HIT_BYTE,
    HIT_BYTE_END,
    HIT_LONGER,
    HIT_LONGER_END,
    HIT_SALTED,
    HIT_SALTED_END,
    HIT_COLUMNS
};
_Static_assert(HIT_COLUMNS == HITS_COLUMNS, "as in Python");

/* Return the number of hits so far that are in the buffer. */
static inline int64_t hits_kept(const hits_Hits *hits)
{
    return hits->count.at[0] < hits->rows.n ? hits->count.at[0] : hits->rows.n;
}

/* Add a hit in the current line; if the buffer is full, only count it. */
static inline void hits_add(const hits_Hits *hits, int64_t kind, int64_t value, int64_t begin,
                            int64_t end, int64_t edits)
{
    int64_t row = hits->count.at[0]++;
    if (row < hits->rows.n) {
        int64_t *hit = hits->rows.at + row * HIT_COLUMNS;
        hit[HIT_KIND] = kind;
        hit[HIT_VALUE] = value;
        hit[HIT_BEGIN] = begin;
        hit[HIT_END] = end;
        hit[HIT_EDITS] = edits;
        hit[HIT_FLAGS] = 0;
    }
}
