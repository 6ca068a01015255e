/* Disguises: lines whose words may be names that were written to be missed. */
#pragma once

#include "identify/engine/words.h"

/* Mark the lines of a block; `units` are the first units of its lines, `marks` those of its lines.

   A word is marked only if undoing the disguise gives a word of a name: see disguise.py. */
void disguise_mark(const Block *block, const words_Vocabulary *vocabulary, const I32 *units,
                   uint8_t *marks);
