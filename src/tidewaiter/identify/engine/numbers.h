/* Numbers that identify goods: CAS, HS, UN and CUS, after cues of one or more words. */
#pragma once

#include "identify/engine/hits.h"
#include "identify/engine/phrases.h"

/* Add the numbers of a block; record which of its lines contain a cue.

   `cas` are the registry's numbers in order, `units` the first unit of each line. */
void numbers_scan(const Block *block, const I64 *cas, const I32 *units, bool *cues,
                  const hits_Hits *hits);
