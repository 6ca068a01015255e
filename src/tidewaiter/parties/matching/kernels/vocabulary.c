#include "parties/matching/kernels/vocabulary.h"

void vocabulary_hash_words(const vocabulary_Letters *letters, const U64 *hashes)
{
    const int64_t *starts = letters->starts.at;
    for (int64_t word = 0; word < hashes->n; word++) {
        uint64_t value = 0;
        for (int64_t at = starts[word]; at < starts[word + 1]; at++) {
            value = vocabulary_append(value, letters->units.at[at]);
        }
        hashes->at[word] = value;
    }
}

void vocabulary_mark_letters(const vocabulary_Letters *letters, const U32 *marks)
{
    const int64_t *starts = letters->starts.at;
    for (int64_t word = 0; word < marks->n; word++) {
        uint32_t seen = 0;
        for (int64_t at = starts[word]; at < starts[word + 1]; at++) {
            seen |= UINT32_C(1) << (letters->units.at[at] & 31);
        }
        marks->at[word] = seen;
    }
}

void vocabulary_mix_into(const U64 *values, const U64 *out)
{
    for (int64_t at = 0; at < values->n; at++) {
        out->at[at] = vocabulary_mix(values->at[at]);
    }
}

void vocabulary_mark_systems(const U64 *hashes, const I8 *systems, const U64 *out)
{
    for (int64_t at = 0; at < hashes->n; at++) {
        out->at[at] = vocabulary_of_system(hashes->at[at], systems->at[at]);
    }
}

int64_t vocabulary_split(const vocabulary_Forms *forms, const vocabulary_Vocabulary *vocabulary,
                         const vocabulary_Pieces *pieces, const U64 *hashes, const U64 *sounds)
{
    uint64_t powers[VOCABULARY_POWERS];
    vocabulary_power_table(powers);
    int64_t total = 0, joined = 0;
    for (int64_t number = 0; number + 1 < forms->heads.n; number++) {
        int64_t begin = forms->heads.at[number];
        Form form = {forms->words.at + begin, forms->heads.at[number + 1] - begin};
        for (int64_t size = 1; size <= VOCABULARY_JOINED; size++) {
            int64_t count = size == 1 ? form.size : vocabulary_joins(form.size, size);
            for (int64_t at = 0; at < count; at++) {
                Piece piece = {at, size};
                if (size > 1 && !vocabulary_joinable(vocabulary->kinds.at, form, piece)) {
                    continue;
                }
                pieces->words.at[total] = size == 1 ? form.words[at] : -1;
                pieces->begins.at[total] = (int8_t)at;
                pieces->sizes.at[total] = (int8_t)size;
                total++;
                if (size == 1) {
                    continue;
                }
                Spellings words = vocabulary_words(vocabulary);
                hashes->at[joined] = vocabulary_joined_hash(words, powers, form, piece);
                for (int64_t system = 0; system < VOCABULARY_JOINING; system++) {
                    Spellings keys = vocabulary_keys(vocabulary, system);
                    sounds->at[joined * VOCABULARY_JOINING + system] =
                        vocabulary_joined_hash(keys, powers, form, piece);
                }
                joined++;
            }
        }
        pieces->heads.at[number + 1] = (int32_t)total;
    }
    return total;
}
