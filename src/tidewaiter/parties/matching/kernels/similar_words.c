#include "parties/matching/kernels/similar_words.h"

#include <stdlib.h>

enum {
    LONGEST = 62,  // letters of a word that is compared by edits
    HEAD = 9,      // indexed letters; the rest is compared when a word is found
    FOUND = 4 * SIMILAR_WORDS_MOST
};

/* The neighbours of one word. */
typedef struct {
    int32_t *seen;  // place among the neighbours, by word of the list; -1
    int64_t count;
    int32_t words[FOUND];
    float shares[FOUND];
    int8_t kinds[FOUND];
} Near;

int64_t similar_words_most_edits(int64_t size)
{
    return size < 4 ? 0 : size < 7 ? 1 : 2;
}

int64_t similar_words_edits(const U32 *one, const U32 *other, int64_t most)
{
    const uint32_t *a = one->at, *b = other->at;
    int64_t a_size = one->n, b_size = other->n;
    if (llabs(a_size - b_size) > most || a_size > LONGEST || b_size > LONGEST) {
        return SIMILAR_WORDS_FAR;
    }
    // Three rows in turn, of which only the band of `most` around the diagonal is computed.
    int32_t rows[3][LONGEST + 1];
    for (int32_t j = 0; j <= b_size; j++) {
        rows[1][j] = j;
    }
    for (int32_t i = 1; i <= a_size; i++) {
        const int32_t *old = rows[(i - 1) % 3], *last = rows[i % 3];
        int32_t *now = rows[(i + 1) % 3];
        now[0] = i;
        int32_t best = i;
        int64_t low = max_of(1, i - most), high = min_of(b_size, i + most);
        if (low > 1) {
            now[low - 1] = SIMILAR_WORDS_FAR;
        }
        for (int64_t j = low; j <= high; j++) {
            int32_t value = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (j < i + most && last[j] + 1 < value) {
                value = last[j] + 1;
            }
            if (now[j - 1] + 1 < value) {
                value = now[j - 1] + 1;
            }
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                llabs(i - j) < most && old[j - 2] + 1 < value) {
                value = old[j - 2] + 1;
            }
            now[j] = value;
            best = value < best ? value : best;
        }
        if (best > most) {
            return SIMILAR_WORDS_FAR;
        }
    }
    int32_t found = rows[(a_size + 1) % 3][b_size];
    return found <= most ? found : SIMILAR_WORDS_FAR;
}

/* Return the letters of a word. */
static U32 letters_of(const vocabulary_Letters *letters, int64_t word)
{
    int64_t begin = letters->starts.at[word];
    return (U32){letters->units.at + begin, letters->starts.at[word + 1] - begin, 1};
}

/* Hash the first letters of a word with up to `most` deletions; return the number of hashes. */
static int64_t shortened(U32 word, int64_t most, uint64_t out[SIMILAR_WORDS_SHORTENED])
{
    int64_t head = min_of(word.n, HEAD), count = 0;
    for (int64_t first = -1; first < (most > 0 ? head : 0); first++) {
        for (int64_t second = -1; second < (most > 1 ? first : 0); second++) {
            uint64_t value = 0;
            for (int64_t at = 0; at < head; at++) {
                if (at != first && at != second) {
                    value = vocabulary_append(value, word.at[at]);
                }
            }
            out[count] = vocabulary_mix(value);
            count++;
            if (first < 0) {
                break;
            }
        }
    }
    return count;
}

int64_t similar_words_file(const vocabulary_Letters *letters, const B8 *use, const U64 *keys,
                           const I32 *values)
{
    int64_t count = 0;
    for (int64_t word = 0; word < use->n; word++) {
        if (!use->at[word]) {
            continue;
        }
        U32 spelt = letters_of(letters, word);
        int64_t end = count + shortened(spelt, similar_words_most_edits(spelt.n), keys->at + count);
        for (; count < end; count++) {
            values->at[count] = (int32_t)word;
        }
    }
    return count;
}

/* Add a neighbour, or improve its share. */
static void note(Near *near, int32_t word, double share, int64_t kind)
{
    int32_t at = near->seen[word];
    if (at < 0) {
        if (near->count == FOUND) {
            return;
        }
        at = near->seen[word] = (int32_t)near->count;
        near->count++;
        near->words[at] = word;
    } else if (!(share > near->shares[at])) {
        return;
    }
    near->shares[at] = (float)share;
    near->kinds[at] = (int8_t)kind;
}

/* Add all words of a bucket with a given hash. */
static void note_all(Near *near, const vocabulary_Table *table, uint64_t plain, double share,
                     int64_t kind)
{
    uint64_t key = vocabulary_mix(plain);
    Range bucket = vocabulary_bucket(table, key);
    for (int64_t at = bucket.begin; at < bucket.end; at++) {
        if (table->checks.at[at] == vocabulary_check(key)) {
            note(near, table->values.at[at], share, kind);
        }
    }
}

/* Return whether a word is a neighbour because it is equal. */
static bool is_equal(const Near *near, int32_t word)
{
    return near->seen[word] >= 0 && near->kinds[near->seen[word]] == SIMILAR_WORDS_EXACT;
}

/* Compare a word with one of the list, and add it if it has nearly the same spelling. */
static void note_spelling(Near *near, const U32 *word, const U32 *spelt, int32_t listed)
{
    int64_t most = min_of(similar_words_most_edits(word->n), similar_words_most_edits(spelt->n));
    int64_t far = similar_words_edits(word, spelt, most);
    if (0 < far && far < SIMILAR_WORDS_FAR) {
        double share = 1 - 1.2 * (double)far / (double)max_of(word->n, spelt->n);
        note(near, listed, share, far == 1 ? SIMILAR_WORDS_EDIT : SIMILAR_WORDS_TWO_EDITS);
    }
}

/* Add the words of nearly the same spelling. */
static void note_near(Near *near, const similar_words_Lookup *lookup,
                      const vocabulary_Vocabulary *asked, int64_t word)
{
    U32 letters = letters_of(&asked->letters, word);
    int64_t most = similar_words_most_edits(letters.n);
    if (most == 0) {
        return;
    }
    uint64_t keys[SIMILAR_WORDS_SHORTENED];
    int64_t count = shortened(letters, most, keys);
    const vocabulary_Table *table = &lookup->near;
    for (int64_t key = 0; key < count; key++) {
        Range bucket = vocabulary_bucket(table, keys[key]);
        for (int64_t at = bucket.begin; at < bucket.end; at++) {
            int32_t listed = table->values.at[at];
            if (table->checks.at[at] != vocabulary_check(keys[key]) || is_equal(near, listed)) {
                continue;
            }
            if (asked->chinese.at[word] && lookup->chinese.at[listed]) {
                continue;  // Wang is not a misspelling of Tang
            }
            U32 spelt = letters_of(&lookup->letters, listed);
            note_spelling(near, &letters, &spelt, listed);
        }
    }
}

/* Find the neighbours of one word. */
static void find(Near *near, const similar_words_Lookup *lookup,
                 const vocabulary_Vocabulary *asked, const heard_Heard *heard, int64_t word)
{
    near->count = 0;
    note_all(near, &lookup->equal, asked->hashes.at[word], 1.0, SIMILAR_WORDS_EXACT);
    const vocabulary_Keys *keys = &asked->keys;
    for (int64_t at = keys->heads.at[word]; at < keys->heads.at[word + 1]; at++) {
        int8_t system = keys->letters.at[at];
        Agreement agreed = SIMILAR_WORDS_SYSTEMS[system];
        uint64_t key = vocabulary_of_system(keys->hashes.at[at], system);
        note_all(near, &lookup->keys, key, agreed.share, agreed.kind);
    }
    for (int64_t at = heard->heads.at[word]; at < heard->heads.at[word + 1]; at++) {
        int32_t listed = heard->words.at[at];
        if (!(asked->chinese.at[word] && lookup->chinese.at[listed])) {
            bool latin = heard->respelled.at[at];
            int64_t kind = latin ? SIMILAR_WORDS_RESPELLED : SIMILAR_WORDS_HEARD;
            note(near, listed, heard->shares.at[at], kind);
        }
    }
    int8_t kind = asked->kinds.at[word];
    // Legal forms, initials and numbers have a fixed spelling.
    if (kind != VOCABULARY_LEGAL && kind != VOCABULARY_INITIAL_LETTER &&
        kind != VOCABULARY_NUMBER) {
        note_near(near, lookup, asked, word);
    }
}

/* Order the neighbours by falling share; equal ones stay in the order found. */
static void order(const Near *near, int16_t places[FOUND])
{
    for (int16_t next = 0; next < near->count; next++) {
        int64_t at = next;
        for (; at > 0 && near->shares[places[at - 1]] < near->shares[next]; at--) {
            places[at] = places[at - 1];
        }
        places[at] = next;
    }
}

int64_t similar_words_find(const similar_words_Lookup *lookup, const vocabulary_Vocabulary *asked,
                           const heard_Heard *heard, int64_t first, const I32 *seen, const similar_words_Neighbours *out)
{
    Near near = {.seen = seen->at};
    int16_t places[FOUND];
    int64_t total = out->heads.at[first];
    for (int64_t word = first; word < asked->hashes.n; word++) {
        find(&near, lookup, asked, heard, word);
        order(&near, places);
        for (int64_t at = 0; at < near.count; at++) {
            near.seen[near.words[at]] = -1;
        }
        int64_t kept = min_of(near.count, SIMILAR_WORDS_MOST);
        if (total + kept > out->words.n) {
            return word;
        }
        for (int64_t at = 0; at < kept; at++, total++) {
            out->words.at[total] = near.words[places[at]];
            out->shares.at[total] = near.shares[places[at]];
            out->kinds.at[total] = near.kinds[places[at]];
        }
        out->heads.at[word + 1] = total;
    }
    return asked->hashes.n;
}
