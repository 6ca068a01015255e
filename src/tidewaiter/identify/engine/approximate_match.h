/* Approximate match: names of one or more words within a few edits. */
#pragma once

#include "identify/engine/hits.h"
#include "identify/engine/words.h"

enum { APPROXIMATE_MATCH_REACH = 8 };  // words from an anchor to an unknown word of the same name

/* Compare each name with the anchor `place`, which is the word `at` or near it, with the text
   around units `begin` to `end`. */
void approximate_match_search(const Block *block, int64_t at, int64_t place, Span span,
                              const approximate_match_Anchors *anchors,
                              const approximate_match_Room *room, const hits_Hits *hits);
