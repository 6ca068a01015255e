/* Unknown words: misspelled names, and names inside compound words. */
#pragma once

#include "identify/engine/approximate_match.h"
#include "identify/engine/phrases.h"
#include "identify/engine/trie.h"

/* Add the names near unknown words of a block; its hits begin at row `start`. */
void unknown_words_scan(const Block *block, const scan_Tables *tables,
                        const approximate_match_Room *near,
                        const unknown_words_Verdicts *verdicts, const hits_Hits *hits,
                        int64_t start);
