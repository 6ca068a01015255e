#include "identify/engine/hashing.h"

void hashing_fill(const hashing_Table *table, const U64 *keys, const I32 *values)
{
    uint64_t mask = (uint64_t)table->keys.n - 1;
    for (int64_t index = 0; index < keys->n; index++) {
        uint64_t key = keys->at[index];
        uint64_t at = key & mask;
        while (table->keys.at[at] != 0 && table->keys.at[at] != key) {
            at = (at + 1) & mask;
        }
        table->keys.at[at] = key;
        table->values.at[at] |= values->at[index];
    }
}

void hashing_fill_members(const hashing_Members *members, const U64 *keys)
{
    uint64_t mask = (uint64_t)members->slots.n - 1;
    for (int64_t index = 0; index < keys->n; index++) {
        uint32_t tag = hashing_tag(keys->at[index]);
        uint64_t at = hashing_place(keys->at[index], mask);
        while (members->slots.at[at] != 0 && members->slots.at[at] != tag) {
            at = (at + 1) & mask;
        }
        members->slots.at[at] = tag;
    }
}

void hashing_look_for(const hashing_Members *members, const U64 *keys, const B8 *found)
{
    for (int64_t index = 0; index < keys->n; index++) {
        found->at[index] = hashing_has(members, keys->at[index]);
    }
}

void hashing_look_up(const hashing_Table *table, const U64 *keys, const I64 *values)
{
    for (int64_t index = 0; index < keys->n; index++) {
        values->at[index] = hashing_find(table, keys->at[index]);
    }
}

void hashing_mix_into(const U64 *values, const U64 *mixed)
{
    for (int64_t index = 0; index < values->n; index++) {
        mixed->at[index] = hashing_mix(values->at[index]);
    }
}

void hashing_hash_units(const U32 *units, const I64 *first, const U64 *hashes)
{
    for (int64_t key = 0; key < hashes->n; key++) {
        uint64_t value = 0;
        for (int64_t at = first->at[key]; at < first->at[key + 1]; at++) {
            value = hashing_append(value, units->at[at]);
        }
        hashes->at[key] = hashing_mix(value);
    }
}

/* Hash bytes with four parallel sums. */
static uint64_t hash_bytes(const uint8_t *text, int64_t size)
{
    const uint64_t prime = UINT64_C(1099511628211);
    uint64_t a, b, c, d;
    a = b = c = d = UINT64_C(1469598103934665603);
    int64_t fours = size & ~INT64_C(3);
    for (int64_t at = 0; at < fours; at += 4) {
        a = (a ^ text[at]) * prime;
        b = (b ^ text[at + 1]) * prime;
        c = (c ^ text[at + 2]) * prime;
        d = (d ^ text[at + 3]) * prime;
    }
    for (int64_t at = fours; at < size; at++) {
        a = (a ^ text[at]) * prime;
    }
    a = hashing_mix(a + (uint64_t)size);
    return hashing_mix(a ^ hashing_mix(b) * prime ^ hashing_mix(c) * (prime + d) ^ d);
}

int64_t hashing_number(const U8 *text, const I64 *offsets, const I64 *slots, const I64 *which,
                       const I64 *first)
{
    const int64_t *starts = offsets->at;
    uint64_t mask = (uint64_t)slots->n - 1;
    int64_t count = 0;
    for (int64_t line = 0; line < which->n; line++) {
        const uint8_t *here = text->at + starts[line];
        int64_t size = starts[line + 1] - starts[line];
        uint64_t at = hash_bytes(here, size) & mask;
        while (slots->at[at] >= 0) {
            int64_t same = first->at[slots->at[at]];
            if (starts[same + 1] - starts[same] == size &&
                memcmp(here, text->at + starts[same], (size_t)size) == 0) {
                break;
            }
            at = (at + 1) & mask;
        }
        if (slots->at[at] < 0) {
            slots->at[at] = count;
            first->at[count] = line;
            count++;
        }
        which->at[line] = slots->at[at];
    }
    return count;
}
