/* Words and forms as numbers: what runs once per letter or word. */
#pragma once

#include "native/records.h"

enum { VOCABULARY_POWERS = 256 };

/* Buckets or pieces, from the first to the one after the last. */
typedef struct {
    int64_t begin;
    int64_t end;
} Range;

/* Adjacent words of a form, from its first word on; the first word follows the last. */
typedef struct {
    int64_t begin;
    int64_t size;
} Piece;

/* The words of a form. */
typedef struct {
    const int32_t *words;
    int64_t size;
} Form;

/* Unmixed hashes of words or of their keys, and how many letters each has; 0: there is no key. */
typedef struct {
    const uint64_t *hashes;
    const int32_t *sizes;
    int64_t step;  // from one word to the next
} Spellings;

/* Mix a hash over all 64 bits (the finaliser of SplitMix64). */
static inline uint64_t vocabulary_mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

/* Append a letter to an unmixed hash. */
static inline uint64_t vocabulary_append(uint64_t value, uint32_t letter)
{
    return value * VOCABULARY_BASE + letter + 1;
}

/* Distinguish a key's hash from the same letters in another system. */
static inline uint64_t vocabulary_of_system(uint64_t plain, int64_t system)
{
    return plain + (uint64_t)(system + 1) * UINT64_C(0xD6E8FEB86659FD93);
}

/* Return the bucket of a mixed hash. */
static inline Range vocabulary_bucket(const vocabulary_Table *table, uint64_t key)
{
    const int32_t *head = table->heads.at + (key >> table->shift.at[0]);
    return (Range){head[0], head[1]};
}

/* Return the half of a mixed hash used for comparison. */
static inline uint32_t vocabulary_check(uint64_t key)
{
    return (uint32_t)key;
}

/* Return a position in a form, wrapping around at the end. */
static inline int64_t vocabulary_wrapped(int64_t place, int64_t size)
{
    return place >= size ? place - size : place;
}

/* Return whether adjacent words can be joined. */
static inline bool vocabulary_joinable(const int8_t *kinds, Form form, Piece piece)
{
    for (int64_t at = piece.begin; at < piece.begin + piece.size; at++) {
        int8_t kind = kinds[form.words[vocabulary_wrapped(at, form.size)]];
        if (kind == VOCABULARY_LEGAL || kind == VOCABULARY_NUMBER) {
            return false;
        }
    }
    return true;
}

/* Return the number of possible starts of a joined piece: "DOE, John" is also "JohnDoe". */
static inline int64_t vocabulary_joins(int64_t words, int64_t size)
{
    return size == 2 && words > 1 ? words : words - size + 1;
}

/* Return the hashes of whole words. */
static inline Spellings vocabulary_words(const vocabulary_Vocabulary *vocabulary)
{
    return (Spellings){vocabulary->hashes.at, vocabulary->sizes.at, 1};
}

/* Return the hashes of the joinable keys of a system. */
static inline Spellings vocabulary_keys(const vocabulary_Vocabulary *vocabulary, int64_t system)
{
    return (Spellings){vocabulary->parts.at + system, vocabulary->part_sizes.at + system,
                       VOCABULARY_JOINING};
}

/* Write the powers of the hash base, from the 0th on. */
static inline void vocabulary_power_table(uint64_t powers[VOCABULARY_POWERS])
{
    powers[0] = 1;
    for (int at = 1; at < VOCABULARY_POWERS; at++) {
        powers[at] = powers[at - 1] * VOCABULARY_BASE;
    }
}

/* Hash adjacent words, or their phonetic keys, as the joined word; 0 if a word has none. */
static inline uint64_t vocabulary_joined_hash(Spellings of, const uint64_t *powers, Form form,
                                              Piece piece)
{
    uint64_t value = 0;
    for (int64_t at = piece.begin; at < piece.begin + piece.size; at++) {
        int64_t word = form.words[vocabulary_wrapped(at, form.size)] * of.step;
        if (of.sizes[word] == 0) {
            return 0;
        }
        value = value * powers[min_of(of.sizes[word], VOCABULARY_POWERS - 1)] + of.hashes[word];
    }
    return value;
}
