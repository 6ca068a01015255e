#include "identify/engine/words.h"

void words_fill_vocabulary(const U32 *slots, const U64 *keys, const I32 *flags)
{
    uint64_t mask = (uint64_t)slots->n - 1;
    for (int64_t index = 0; index < keys->n; index++) {
        uint64_t at = keys->at[index] & mask;
        uint32_t tag = (uint32_t)(keys->at[index] >> 49);
        while (slots->at[at] != 0 && slots->at[at] >> WORDS_FLAG_BITS != tag) {
            at = (at + 1) & mask;
        }
        slots->at[at] |= tag << WORDS_FLAG_BITS | (uint32_t)flags->at[index];
    }
}

Block words_block(const fold_Folded *room, int64_t n, const U64 *powers, const words_Words *words)
{
    return (Block){
        .n = n,
        .key = room->key.at,
        .kind = room->kind.at,
        .start = room->start.at,
        .gap = room->gap.at,
        .wide = room->wide.at,
        .byte = room->byte.at,
        .byte_end = room->byte_end.at,
        .hash = room->hash.at,
        .powers = powers->at,
        .begin = words->begin.at,
        .end = words->end.at,
        .flags = words->flags.at,
        .unknown = words->unknown.at,
        .close = words->close.at,
        .covered = words->covered.at,
    };
}

/* Return the flags of the letters beside a number: "25kg", "99pct"; and "UN" in "UN1715". */
static int32_t part_flags(const Block *block, const words_Vocabulary *vocabulary, int64_t word)
{
    int64_t begin = block->begin[word], end = block->end[word];
    const uint8_t *kinds = block->kind;
    bool leads = kinds[begin] == RULES_DIGIT;
    int64_t middle = begin;
    while (middle < end && (kinds[middle] == RULES_DIGIT) == leads) {
        middle++;
    }
    for (int64_t unit = middle; unit < end; unit++) {
        if ((kinds[unit] == RULES_DIGIT) == leads) {
            return 0;  // more than one number, or words on both sides
        }
    }
    if (leads) {
        return words_flags_of(block, vocabulary, middle, end);
    }
    return words_flags_of(block, vocabulary, begin, middle) &
           (WORDS_CAS_CUE | WORDS_HS_CUE | WORDS_UN_CUE | WORDS_CUS_CUE);
}

/* Return the flags of a word without its final s; a name's plural stays an unknown word. */
static int32_t singular_flags(const Block *block, const words_Vocabulary *vocabulary, int64_t word)
{
    int64_t begin = block->begin[word], end = block->end[word] - 1;
    if (end <= begin) {
        return 0;
    }
    int32_t flags = words_flags_of(block, vocabulary, begin, end);
    return flags & WORDS_NAMED ? 0 : flags & (WORDS_ORDINARY | WORDS_CHEMICAL | WORDS_RARE);
}

/* Find where words begin; their ends hold the number of digits before each. */
static int64_t split(const Block *block, int32_t *restrict begins, int32_t *restrict ends)
{
    const uint8_t *restrict kinds = block->kind, *restrict gaps = block->gap;
    // Each unit is written as if a word started there, then overwritten: an unpredictable branch
    // costs more.
    int64_t count = 0;
    int32_t digits = 0;
    uint8_t last = 0;
    for (int64_t at = 0; at < block->n; at++) {
        uint8_t kind = kinds[at];
        begins[count] = (int32_t)at;
        ends[count] = digits;
        count += (gaps[at] != 0) | (kind == RULES_IDEOGRAPH) | (last == RULES_IDEOGRAPH) | (at == 0);
        digits += kind == RULES_DIGIT;
        last = kind;
    }
    begins[count] = (int32_t)block->n;
    ends[count] = digits;
    return count;
}

void words_find(Block *block, const words_Words *words, const words_Vocabulary *vocabulary)
{
    int32_t *begins = words->begin.at, *ends = words->end.at, *flags = words->flags.at;
    int64_t count = split(block, begins, ends);
    block->count = count;
    // A separate loop, so that the memory latencies of the look-ups overlap.
    for (int64_t word = 0; word < count; word++) {
        int32_t begin = begins[word], end = begins[word + 1];
        int32_t digits = ends[word + 1] - ends[word];
        ends[word] = end;
        if (digits == end - begin) {
            flags[word] = WORDS_NUMBER;
        } else if (block->kind[begin] == RULES_IDEOGRAPH) {
            flags[word] = WORDS_SIGN;
        } else {
            int32_t mixed = digits ? WORDS_MIXED : 0;
            flags[word] = words_flags_of(block, vocabulary, begin, end) | mixed;
        }
    }
    for (int64_t word = 0; word < count; word++) {
        if (flags[word] & WORDS_MIXED) {
            flags[word] |= part_flags(block, vocabulary, word);
        } else if (flags[word] == 0 && block->key[ends[word] - 1] == 's') {
            flags[word] = singular_flags(block, vocabulary, word);
        }
    }
}

void words_hash_lines(const U8 *text, const I64 *offsets, const rules_FoldTables *tables,
                      const fold_Folded *room, const U64 *hashes)
{
    int32_t bounds[2];
    I32 units = {bounds, 2, 1};
    for (int64_t line = 0; line < hashes->n; line++) {
        fold_fold_lines(text, offsets, line, line + 1, tables, room, &units, false);
        uint64_t whole = hashing_mix(room->hash.at[bounds[1]]);
        hashes->at[line] = bounds[1] > 0 ? whole : 0;
    }
}

int64_t words_hash_line_words(const U8 *text, const I64 *offsets, const rules_FoldTables *tables,
                              const fold_Folded *room, const U64 *powers,
                              const words_Words *words, const U64 *hashes)
{
    int32_t bounds[2];
    I32 units = {bounds, 2, 1};
    uint32_t empty[2] = {0, 0};
    words_Vocabulary none = {{empty, 2, 1}};
    int64_t total = 0;
    for (int64_t line = 0; line + 1 < offsets->n; line++) {
        fold_fold_lines(text, offsets, line, line + 1, tables, room, &units, false);
        Block block = words_block(room, bounds[1], powers, words);
        words_find(&block, words, &none);
        for (int64_t word = 0; word < block.count; word++) {
            if (block_length(&block, word) > 2) {
                hashes->at[total] = block_hash(&block, block.begin[word], block.end[word]);
                total++;
            }
        }
    }
    return total;
}
