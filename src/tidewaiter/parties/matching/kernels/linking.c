#include "parties/matching/kernels/linking.h"

#include "parties/matching/kernels/similar_words.h"

/* A query form while it is linked. */
typedef struct {
    const linking_Room *room;
    const index_Listed *listed;
    const vocabulary_Vocabulary *asked;
    Form form;
    uint64_t powers[VOCABULARY_POWERS];
} Linking;

/* Fill a side with the words of a form; return the form. */
static Form fill_asked(const linking_Room *room, const linking_Asking *asking, int64_t number)
{
    int64_t begin = asking->forms.heads.at[number];
    Form form = {asking->forms.words.at + begin, asking->forms.heads.at[number + 1] - begin};
    for (int64_t at = 0; at < form.size; at++) {
        alignment_place(&room->asked, at, &asking->vocabulary.cards, form.words[at]);
    }
    room->asked.size.at[0] = (int32_t)form.size;
    return form;
}

void linking_fill_listed(const linking_Room *room, const index_Listed *listed, int32_t form)
{
    const vocabulary_Pieces *pieces = &listed->pieces;
    int32_t begin = pieces->heads.at[form], end = pieces->heads.at[form + 1], size = 0;
    while (begin + size < end && pieces->sizes.at[begin + size] == 1) {
        int32_t word = pieces->words.at[begin + size];
        alignment_place(&room->listed, size, &listed->vocabulary.cards, word);
        size++;
    }
    room->listed.size.at[0] = size;
}

/* Record that a word of the list may correspond to a piece of the query. */
static void add_link(const linking_Room *room, int32_t word, Piece piece, float share, int8_t kind)
{
    int64_t most = room->links.m, at = room->counts.at[LINKING_LINKS];
    if (at == most) {
        return;
    }
    if (room->link_of.at[word] < 0) {
        room->linked.at[word & LINKING_LOW_BITS] = true;
        room->touched.at[room->counts.at[LINKING_TOUCHED]++] = word;
    }
    room->links.at[at] = room->link_of.at[word];
    room->links.at[most + at] = (int32_t)piece.begin;
    room->links.at[2 * most + at] = (int32_t)piece.size;
    room->shares.at[at] = share;
    room->kinds.at[at] = kind;
    room->link_of.at[word] = (int32_t)at;
    room->counts.at[LINKING_LINKS] = at + 1;
}

/* Link the single words of a bucket to a joined piece. */
static void link_bucket(const Linking *linking, const vocabulary_Table *table, uint64_t plain,
                        Piece piece, Agreement agreed)
{
    if (plain == 0) {
        return;
    }
    uint64_t key = vocabulary_mix(plain);
    Range bucket = vocabulary_bucket(table, key);
    for (int64_t at = bucket.begin; at < bucket.end; at++) {
        int32_t word = table->values.at[at];
        if (table->checks.at[at] == vocabulary_check(key) &&
            word < linking->listed->vocabulary.weights.n) {
            add_link(linking->room, word, piece, agreed.share, agreed.kind);
        }
    }
}

/* Link words of the list that equal a joined piece of the query, or have the same key. */
static void link_piece(const Linking *linking, Piece piece)
{
    const similar_words_Lookup *lookup = &linking->listed->lookup;
    uint64_t key = vocabulary_joined_hash(vocabulary_words(linking->asked), linking->powers,
                                          linking->form, piece);
    link_bucket(linking, &lookup->equal, key, piece, (Agreement){1, SIMILAR_WORDS_EXACT});
    for (int64_t system = 0; system < VOCABULARY_JOINING; system++) {
        key = vocabulary_joined_hash(vocabulary_keys(linking->asked, system), linking->powers,
                                     linking->form, piece);
        if (key != 0) {
            link_bucket(linking, &lookup->keys, vocabulary_of_system(key, system), piece,
                        SIMILAR_WORDS_SYSTEMS[system]);
        }
    }
}

int64_t linking_link_form(const linking_Room *room, const index_Listed *listed,
                          const linking_Asking *asking, int64_t form)
{
    for (int64_t at = 0; at < room->counts.at[LINKING_TOUCHED]; at++) {
        room->link_of.at[room->touched.at[at]] = -1;
        room->linked.at[room->touched.at[at] & LINKING_LOW_BITS] = false;
    }
    room->counts.at[LINKING_LINKS] = room->counts.at[LINKING_TOUCHED] = 0;
    Linking linking = {room, listed, &asking->vocabulary, fill_asked(room, asking, form), {0}};
    vocabulary_power_table(linking.powers);
    const similar_words_Neighbours *near = &asking->neighbours;
    for (int64_t at = 0; at < linking.form.size; at++) {
        int32_t word = linking.form.words[at];
        for (int64_t of = near->heads.at[word]; of < near->heads.at[word + 1]; of++) {
            add_link(room, near->words.at[of], (Piece){at, 1}, near->shares.at[of],
                     near->kinds.at[of]);
        }
    }
    for (int64_t size = 2; size <= VOCABULARY_JOINED; size++) {
        for (int64_t at = 0; at < vocabulary_joins(linking.form.size, size); at++) {
            Piece piece = {at, size};
            if (vocabulary_joinable(asking->vocabulary.kinds.at, linking.form, piece)) {
                link_piece(&linking, piece);
            }
        }
    }
    return linking.form.size;
}
