#include "identify/engine/context.h"
#include "identify/engine/disguise.h"
#include "identify/engine/numbers.h"
#include "identify/engine/unknown_words.h"

/* Return whether bytes contain "|" or a Greek letter, which can be read in two ways. */
static bool is_ambiguous(const uint8_t *text, int64_t size)
{
    bool found = false;
    for (int64_t at = 0; at < size; at++) {
        found |= (text[at] == '|') | (text[at] == 0xCE) | (text[at] == 0xCF);
    }
    return found;
}

/* Run every step on a block of lines, the first of which is `begin`. */
static void scan_block(const U8 *text, const I64 *offsets, int64_t begin, int64_t end,
                       const scan_Tables *tables, const scan_Room *room, const hits_Hits *hits,
                       const U8 *marks)
{
    bool again = marks->n == 0;
    const int64_t *lines = offsets->at + begin;
    I32 units = {room->units.at, end - begin + 1, 1};
    fold_fold_lines(text, offsets, begin, end, &tables->fold, &room->folded, &units, again);
    Block block = words_block(&room->folded, units.at[end - begin], &room->powers, &room->words);
    block.text = (U8){text->at + lines[0], lines[end - begin] - lines[0], 1};
    block.phrases = &tables->phrases;
    words_find(&block, &room->words, &tables->vocabulary);
    int64_t start = hits->count.at[0];
    trie_scan_names(&block, &tables->trie, tables->strong.at, room->starts.at, hits);
    numbers_scan(&block, &tables->cas, &units, room->cues.at, hits);
    unknown_words_scan(&block, tables, &room->near, &room->verdicts, hits, start);
    if (!again) {
        disguise_mark(&block, &tables->vocabulary, &units, marks->at + begin);
    }
    context_finish(&block, &tables->other, &tables->english, lines, begin, &units, room->cues.at,
                   hits, start);
}

void scan_scan_blocks(const U8 *text, const I64 *offsets, const scan_Tables *tables,
                      const scan_Room *room, const hits_Hits *hits, const U8 *marks)
{
    const int64_t *starts = offsets->at;
    int64_t lines = offsets->n - 1;
    bool again = marks->n == 0;
    for (int64_t begin = 0, end; begin < lines; begin = end) {
        end = begin + 1;
        while (end < lines && starts[end + 1] - starts[begin] < SCAN_BLOCK &&
               end - begin < SCAN_BLOCK) {
            end++;
        }
        if (!again && is_ambiguous(text->at + starts[begin], starts[end] - starts[begin])) {
            for (int64_t line = begin; line < end; line++) {
                bool twice =
                    is_ambiguous(text->at + starts[line], starts[line + 1] - starts[line]);
                marks->at[line] |= twice ? DISGUISE_TWICE : 0;
            }
        }
        scan_block(text, offsets, begin, end, tables, room, hits, marks);
    }
}
