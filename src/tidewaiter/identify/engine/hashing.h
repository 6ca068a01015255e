/* 64-bit hashes, and tables of them: what runs once per unit or word. */
#pragma once

#include "native/records.h"

/* Mix a hash over all 64 bits (the finaliser of SplitMix64); never 0. */
static inline uint64_t hashing_mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (value ^ (value >> 31)) | 1;
}

/* Append a unit to a rolling hash. */
static inline uint64_t hashing_append(uint64_t value, uint32_t unit)
{
    return value * HASHING_BASE + unit + 1;
}

/* Hash units to the 40 bits used in the file of other chemicals. */
static inline uint64_t hashing_shorten(uint64_t hash)
{
    return hashing_mix(hash >> HASHING_SHIFT);
}

/* Return whether a bit is set. */
static inline bool hashing_bit(const uint8_t *bits, uint64_t place)
{
    return bits[place >> 3] >> (place & 7) & 1;
}

/* Return the value of a key; -1 if there is none. */
static inline int64_t hashing_find(const hashing_Table *table, uint64_t key)
{
    const uint64_t *keys = table->keys.at;
    uint64_t mask = (uint64_t)table->keys.n - 1;
    for (uint64_t at = key & mask; keys[at] != 0; at = (at + 1) & mask) {
        if (keys[at] == key) {
            return table->values.at[at];
        }
    }
    return -1;
}

/* Return the part of a mixed hash that a set keeps, never 0, and where it starts to look for it. */
static inline uint32_t hashing_tag(uint64_t key)
{
    return (uint32_t)(key >> 32) ? (uint32_t)(key >> 32) : 1;
}

static inline uint64_t hashing_place(uint64_t key, uint64_t mask)
{
    return (key >> 1) & mask;  // the lowest bit of a mixed hash is always 1
}

/* Return whether a set has a key. */
static inline bool hashing_has(const hashing_Members *members, uint64_t key)
{
    const uint32_t *slots = members->slots.at;
    uint64_t mask = (uint64_t)members->slots.n - 1;
    uint32_t tag = hashing_tag(key);
    for (uint64_t at = hashing_place(key, mask); slots[at] != 0; at = (at + 1) & mask) {
        if (slots[at] == tag) {
            return true;
        }
    }
    return false;
}
