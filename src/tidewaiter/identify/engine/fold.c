#include "identify/engine/hashing.h"

// Greek capitals that look like Latin ones and are rarely spelled out.
static const int64_t CAPITALS[] = {0x395, 0x396, 0x397, 0x399, 0x39A, 0x39C,
                                   0x39D, 0x39F, 0x3A1, 0x3A4, 0x3A5, 0x3A7};

/* A code point: its value (0 if it is above the tables) and its width in bytes. */
typedef struct {
    int64_t value;
    int64_t width;
} Point;

/* Where folding stands: the line, the next unit, and the separators since the last one. */
typedef struct {
    U8 text;
    const rules_FoldTables *tables;
    const fold_Folded *room;
    int64_t shift;  // of the line's bytes
    int64_t n;
    uint8_t gap;
    int64_t wide;
    bool again;
    int64_t greek;  // byte after the Greek word in which folding stands
} Folding;

/* Decode one code point. */
static Point decode(const U8 *text, int64_t at)
{
    int64_t lead = text->at[at];
    if (lead < 0x80) {
        return (Point){lead, 1};
    }
    int64_t width = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    int64_t point = lead & (0x7F >> width);
    for (int64_t step = 1; step < width && at + step < text->n; step++) {
        point = (point << 6) | (text->at[at + step] & 0x3F);
    }
    return (Point){point < RULES_LIMIT ? point : 0, width};
}

/* Add a unit; "rn" inside a word becomes "m", a typical scan error. */
static void add(Folding *to, uint32_t key, uint8_t kind, int64_t at, int64_t end)
{
    const fold_Folded *room = to->room;
    uint32_t *keys = room->key.at;
    const uint8_t *kinds = room->kind.at;
    int64_t n = to->n;
    if (key == 'n' && to->gap == 0 && n > 0 && keys[n - 1] == 'r' && kind == kinds[n - 1]) {
        n--;
        keys[n] = 'm';
    } else {
        bool starts = n == 0 || to->gap != 0 || kind == RULES_IDEOGRAPH || kind != kinds[n - 1];
        keys[n] = key;
        room->kind.at[n] = kind;
        room->gap.at[n] = to->gap;
        room->wide.at[n] = (uint8_t)min_of(255, to->wide);
        room->byte.at[n] = (int32_t)(to->shift + at);
        room->start.at[n] = starts;
    }
    room->byte_end.at[n] = (int32_t)(to->shift + end);
    to->n = n + 1;
    to->gap = 0;
    to->wide = 0;
}

static bool is_letter(uint8_t kind)
{
    return kind == RULES_LETTER || kind == RULES_GREEK;
}

static bool letter_follows(const Folding *of, int64_t at)
{
    return at < of->text.n && is_letter(of->tables->kind.at[decode(&of->text, at).value]);
}

static bool between_letters(const Folding *of, int64_t at, int64_t before)
{
    const uint8_t *kinds = of->tables->kind.at;
    return kinds[before] == RULES_LETTER && at + 1 < of->text.n &&
           kinds[decode(&of->text, at + 1).value] == RULES_LETTER;
}

/* Return whether a Greek letter stands for the Latin one that it looks like. */
static bool is_lookalike(const Folding *of, int64_t at, Point point, int64_t before)
{
    if (of->again || !of->tables->look.at[point.value]) {
        return false;
    }
    for (size_t index = 0; index < sizeof CAPITALS / sizeof *CAPITALS; index++) {
        if (point.value == CAPITALS[index]) {
            return true;
        }
    }
    return is_letter(of->tables->kind.at[before]) || letter_follows(of, at + point.width);
}

/* Return the byte after a word of Greek letters alone that starts here; 0 if there is none.

   Two letters may be a locant, "αβ"; they are no word. */
static int64_t greek_end(const Folding *of, int64_t at)
{
    const uint8_t *kinds = of->tables->kind.at;
    int64_t letters = 0;
    while (at < of->text.n) {
        Point point = decode(&of->text, at);
        uint8_t kind = kinds[point.value];
        if (kind == RULES_LETTER) {
            return 0;
        }
        if (kind != RULES_GREEK && kind != RULES_DROPPED) {
            break;
        }
        letters += kind == RULES_GREEK;
        at += point.width;
    }
    return letters > 2 ? at : 0;
}

/* Return the unit for a letter of a Greek word: itself, or what it looks like when read again. */
static uint32_t greek_unit(const Folding *of, Point point)
{
    const rules_FoldTables *tables = of->tables;
    if (!of->again) {
        return tables->bare.at[point.value];
    }
    uint32_t look = tables->look.at[point.value];
    return look ? tables->scan.at[look] : tables->bare.at[point.value];
}

/* Return the class of a unit: a sign may become letters or digits (circled 1, Greek name). */
static uint8_t class_of(uint32_t unit, uint8_t kind)
{
    if (kind == RULES_GREEK) {
        return RULES_LETTER;
    }
    if ('0' <= unit && unit <= '9') {
        return RULES_DIGIT;
    }
    return kind != RULES_DIGIT || unit >= 128 ? kind : RULES_LETTER;
}

/* Fold a line of any script. */
static void fold_any(Folding *to)
{
    const rules_FoldTables *tables = to->tables;
    const uint32_t *scan = tables->scan.at;
    int64_t before = 0;  // previous code point
    for (int64_t at = 0; at < to->text.n;) {
        Point point = decode(&to->text, at);
        uint8_t kind = tables->kind.at[point.value];
        int64_t end = at + point.width;
        if (kind == RULES_GREEK && at >= to->greek && !is_letter(tables->kind.at[before])) {
            to->greek = greek_end(to, at);
        }
        if (point.value == '|' && to->again && between_letters(to, at, before)) {
            add(to, 'l', RULES_LETTER, at, end);
        } else if (kind == RULES_SEPARATOR) {
            to->gap |= tables->gap.at[point.value];
            to->wide++;
        } else if (kind == RULES_GREEK && at < to->greek) {
            add(to, greek_unit(to, point), RULES_LETTER, at, end);
        } else if (kind == RULES_GREEK && is_lookalike(to, at, point, before)) {
            add(to, scan[tables->look.at[point.value]], RULES_LETTER, at, end);
        } else if (kind != RULES_DROPPED) {
            const uint32_t *units = tables->units.at + tables->first.at[point.value];
            for (int64_t index = 0; index < tables->count.at[point.value]; index++) {
                uint32_t unit = units[index];
                add(to, unit < 128 ? scan[unit] : unit, class_of(unit, kind), at, end);
            }
        }
        before = point.value;
        at = end;
    }
}

/* Fold an ASCII line: `fold_any` without the cases that ASCII lacks. */
static void fold_plain(Folding *to)
{
    const uint8_t *restrict text = to->text.at;
    const uint8_t *restrict fold_kind = to->tables->kind.at;
    const uint8_t *restrict fold_gap = to->tables->gap.at;
    const uint32_t *restrict plain = to->tables->plain.at;
    uint32_t *restrict keys = to->room->key.at;
    uint8_t *restrict kinds = to->room->kind.at;
    uint8_t *restrict starts = to->room->start.at;
    uint8_t *restrict gaps = to->room->gap.at;
    uint8_t *restrict wides = to->room->wide.at;
    int32_t *restrict bytes = to->room->byte.at;
    int32_t *restrict ends = to->room->byte_end.at;
    int64_t size = to->text.n, shift = to->shift, n = to->n, wide = 0;
    uint32_t last_key = 0;
    uint8_t gap = RULES_SPACE, last_kind = 0;
    for (int64_t at = 0; at < size; at++) {
        uint8_t sign = text[at];
        uint8_t kind = fold_kind[sign];
        uint32_t key = plain[sign];
        if (sign == '|' && to->again && last_kind == RULES_LETTER && gap == 0 && at + 1 < size &&
            fold_kind[text[at + 1]] == RULES_LETTER) {
            kind = RULES_LETTER;
            key = 'l';
        }
        // As in `add`.
        if (key == 'n' && last_key == 'r' && gap == 0) {
            last_key = 'm';
            keys[n - 1] = last_key;
            ends[n - 1] = (int32_t)(shift + at + 1);
            continue;
        }
        // Separators are written too, and overwritten: an unpredictable branch costs more.
        bool unit = kind != RULES_SEPARATOR;
        keys[n] = key;
        kinds[n] = kind;
        gaps[n] = gap;
        wides[n] = (uint8_t)min_of(wide, 255);
        starts[n] = (gap != 0) | (kind != last_kind);
        bytes[n] = (int32_t)(shift + at);
        ends[n] = (int32_t)(shift + at + 1);
        n += unit;
        last_key = unit ? key : last_key;
        last_kind = unit ? kind : last_kind;
        gap = unit ? 0 : gap | fold_gap[sign];
        wide = unit ? 0 : wide + 1;
    }
    to->n = n;
}

/* Return whether a line is pure ASCII. */
static bool is_plain(const U8 *text)
{
    uint8_t every = 0;
    for (int64_t at = 0; at < text->n; at++) {
        every |= text->at[at];
    }
    return every < 128;
}

void fold_fold_lines(const U8 *text, const I64 *offsets, int64_t begin, int64_t end,
                     const rules_FoldTables *tables, const fold_Folded *room, const I32 *units,
                     bool again)
{
    const int64_t *starts = offsets->at;
    int64_t n = 0;
    for (int64_t line = begin; line < end; line++) {
        units->at[line - begin] = (int32_t)n;
        Folding to = {
            .text = {text->at + starts[line], starts[line + 1] - starts[line], 1},
            .tables = tables,
            .room = room,
            .shift = starts[line] - starts[begin],
            .n = n,
            .gap = RULES_SPACE,
            .again = again,
        };
        if (is_plain(&to.text)) {
            fold_plain(&to);
        } else {
            fold_any(&to);
        }
        if (to.n > n) {
            room->gap.at[n] |= RULES_LINE;
            room->wide.at[n] = 255;
            room->start.at[n] = 1;
        }
        n = to.n;
    }
    units->at[end - begin] = (int32_t)n;
    room->start.at[n] = 1;
    const uint32_t *restrict keys = room->key.at;
    uint64_t *restrict hashes = room->hash.at;
    uint64_t value = 0;
    hashes[0] = value;
    for (int64_t at = 0; at < n; at++) {
        value = hashing_append(value, keys[at]);
        hashes[at + 1] = value;
    }
}
