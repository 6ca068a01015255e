#include "native/records.h"

enum {
    LETTER = TRIGGERS_LETTER,
    CAPITAL = TRIGGERS_CAPITAL,
    DIGIT = TRIGGERS_DIGIT,
    SPACE = TRIGGERS_SPACE,
    BRACKET = TRIGGERS_BRACKET,
    SMILES = TRIGGERS_SMILES,
    BOND = TRIGGERS_BOND,
    BEFORE = TRIGGERS_BEFORE,
    HINT = TRIGGERS_HINT,
    FIRST_BLOCK = 14,  // letters of an InChIKey
    SECOND_BLOCK = 10,
    SHORTEST_SMILES = 6,  // bytes; C=O and the like have other meanings in everyday text
    WORD = 4,             // letters after the first locant of a name
    PART = 2              // and after one inside it
};

static const char INCHI[5] = {'I', 'n', 'C', 'h', 'I'};

/* A line, and the possible roles of each byte. */
typedef struct {
    const uint8_t *text;
    int64_t begin;
    int64_t end;
    const uint16_t *kinds;
} Line;

static bool is_kind(const Line *line, int64_t at, int kind)
{
    return line->kinds[line->text[at]] & kind;
}

/* Return whether the word around a bond sign consists of SMILES characters. */
static bool is_smiles(const Line *line, int64_t at)
{
    const uint8_t *text = line->text;
    int64_t first = at;
    while (first > line->begin && !is_kind(line, first - 1, SPACE)) {
        first--;
    }
    bool inside = false;
    int64_t last = first;
    for (; last < line->end && !is_kind(line, last, SPACE); last++) {
        uint8_t sign = text[last], before = last > first ? text[last - 1] : 0;
        bool halogen = (sign == 'l' && before == 'C') || (sign == 'r' && before == 'B');
        bool atom = inside && is_kind(line, last, LETTER);  // [Na+]
        if (!is_kind(line, last, SMILES) && !halogen && !atom) {
            return false;
        }
        inside = (inside || sign == '[') && sign != ']';
    }
    return last - first >= SHORTEST_SMILES;
}

/* Return whether "InChI" precedes a position. */
static bool is_inchi(const Line *line, int64_t at)
{
    int64_t size = sizeof INCHI;
    return at - line->begin >= size && memcmp(line->text + at - size, INCHI, sizeof INCHI) == 0;
}

/* Return whether a hyphen is the first one of an InChIKey. */
static bool is_key(const Line *line, int64_t at)
{
    int64_t second = at + 1 + SECOND_BLOCK;
    if (at - line->begin < FIRST_BLOCK || second + 1 >= line->end || line->text[second] != '-') {
        return false;
    }
    for (int64_t place = at - FIRST_BLOCK; place < second + 2; place++) {
        if (place != at && place != second && !is_kind(line, place, CAPITAL)) {
            return false;
        }
    }
    return true;
}

/* Return whether a hyphen has a locant before it and part of a name from `after` on. */
static bool is_locant(const Line *line, int64_t at, int64_t after)
{
    const uint8_t *text = line->text;
    int64_t first = at;
    while (first > line->begin && (is_kind(line, first - 1, DIGIT) || text[first - 1] == ',')) {
        first--;
    }
    if (first == at) {  // no digit: N-phenyl
        first--;
        if (text[first] != 'N' && text[first] != 'n') {
            return false;
        }
    }
    bool inside = false;
    if (first > line->begin) {
        if (!is_kind(line, first - 1, BEFORE)) {
            return false;
        }
        inside = text[first - 1] == '-' || is_kind(line, first - 1, BRACKET);
    }
    if (is_kind(line, after, BRACKET)) {
        return true;
    }
    int64_t last = after;
    while (last < line->end && is_kind(line, last, LETTER)) {
        last++;
    }
    bool opens = last < line->end && is_kind(line, last, BRACKET);  // 2,2-bis(
    return last - after >= (inside || opens ? PART : WORD);
}

/* Return whether a hyphen follows a locant or splits an InChIKey, or "=" follows "InChI". */
static bool is_sign(const Line *line, int64_t at)
{
    const uint8_t *text = line->text;
    int64_t after = at + 1;
    if (text[at] == '=') {
        return is_inchi(line, at);
    }
    if (text[at] == 0xE2) {  // the Unicode hyphens, U+2010 to U+2015
        if (at + 2 >= line->end || text[at + 1] != 0x80 || text[at + 2] < 0x90 ||
            text[at + 2] > 0x95) {
            return false;
        }
        after = at + 3;
    }
    if (at == line->begin || after >= line->end) {
        return false;
    }
    return (is_kind(line, at - 1, CAPITAL) && is_key(line, at)) || is_locant(line, at, after);
}

/* Return whether a line has a sign of a structure. */
static bool is_marked(const Line *line)
{
    for (int64_t at = line->begin; at < line->end; at++) {
        if (is_kind(line, at, BOND | HINT) && ((is_kind(line, at, HINT) && is_sign(line, at)) ||
                                               (is_kind(line, at, BOND) && is_smiles(line, at)))) {
            return true;
        }
    }
    return false;
}

void triggers_look(const U8 *text, const I64 *offsets, const U16 *kinds, const B8 *marked)
{
    for (int64_t line = 0; line + 1 < offsets->n; line++) {
        Line here = {text->at, offsets->at[line], offsets->at[line + 1], kinds->at};
        if (is_marked(&here)) {
            marked->at[line] = true;
        }
    }
}
