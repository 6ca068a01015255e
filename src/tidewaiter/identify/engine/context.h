/* Context of a name: negation, longer name, salt; and the position of each hit in its line. */
#pragma once

#include "identify/engine/hits.h"
#include "identify/engine/phrases.h"

/* Finish the hits of a block from row `start` on.

   `offsets` are those of its lines, the first of which is `line`, and `units` their first units;
   `english` marks the keys that are not a name in another language. */
void context_finish(const Block *block, const hashing_Members *other, const B8 *english,
                    const int64_t *offsets, int64_t line, const I32 *units, const bool *cues,
                    const hits_Hits *hits, int64_t start);
