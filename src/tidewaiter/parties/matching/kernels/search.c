#include "parties/matching/kernels/linking.h"

#include <stdlib.h>

enum {
    WIDE = LINKING_WIDE,
    TOP = LINKING_TOP,
    KEPT = LINKING_KEPT,
    BUCKETS = 256,          // rank buckets; the last one is open
    BUDGET = 1500,          // forms found through postings before common words are skipped
    MOST_MET = 2000000000,  // counter limit; then numbering restarts
};
static const double HOPEFUL = 0.4;  // share of agreeing weight to compare the remaining words
static const double ROUNDED = 0.9999;  // tolerance for rounding when a bound rejects a form

/* A query form, linked, in a search of a list. */
typedef struct {
    const linking_Room *room;
    const index_Listed *listed;
    int64_t size;  // words of the form
    double weight;
} Query;

static Query query_of(const linking_Room *room, const index_Listed *listed)
{
    Query query = {room, listed, room->asked.size.at[0], 0};
    for (int64_t at = 0; at < query.size; at++) {
        query.weight += room->asked.weights.at[at];
    }
    return query;
}

/* Return the weight of the query words that may agree by a link. */
static double gain_of(const Query *query, int32_t link)
{
    return alignment_weight_of(&query->room->asked, linking_piece(query->room, link)) *
           query->room->shares.at[link];
}

/* Record the maximum agreement of the query words. */
static void leave(const Query *query, int32_t link, float *best)
{
    Piece piece = linking_piece(query->room, link);
    float share = query->room->shares.at[link];
    for (int64_t at = piece.begin; at < piece.begin + piece.size; at++) {
        float *of = best + vocabulary_wrapped(at, query->size);
        *of = share > *of ? share : *of;
    }
}

/* Return the recorded weight. */
static double left(const Query *query, const float *best)
{
    double total = 0;
    for (int64_t at = 0; at < query->size; at++) {
        total += best[at] * query->room->asked.weights.at[at];
    }
    return total;
}

static int compare(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return (a > b) - (a < b);
}

/* Order the linked words by number of forms relative to their weight.

   Returns the weight of further links of words with several. */
static double order_words(const Query *query)
{
    const linking_Room *room = query->room;
    const int32_t *heads = query->listed->posting_heads.at;
    int64_t count = room->counts.at[LINKING_TOUCHED];
    double further = 0;
    for (int64_t at = 0; at < count; at++) {
        int32_t word = room->touched.at[at], link = room->link_of.at[word];
        room->gains.at[at] = (float)gain_of(query, link);
        float key = (float)((heads[word + 1] - heads[word]) / (0.05 + room->gains.at[at]));
        // The bits of fractions from 0 on are in their order; equal ones stay in order.
        uint32_t bits;
        memcpy(&bits, &key, sizeof bits);
        room->turns.at[at] = (uint64_t)bits << 32 | (uint64_t)at;
        while ((link = linking_next(room, link)) >= 0) {
            further += gain_of(query, link);
        }
    }
    qsort(room->turns.at, (size_t)count, sizeof *room->turns.at, compare);
    return further;
}

/* Add the forms with a word, or the weight by which they agree; return how many there are. */
static int64_t follow(const Query *query, int32_t word, float gain, int64_t met)
{
    const linking_Room *room = query->room;
    const int32_t *heads = query->listed->posting_heads.at;
    int64_t before = room->counts.at[LINKING_EVER];
    for (int32_t place = heads[word]; place < heads[word + 1]; place++) {
        int32_t form = query->listed->postings.at[place];
        int64_t seen = room->known.at[form] - before;
        if (seen >= 0) {
            room->agreed.at[seen] += gain;
        } else {
            room->known.at[form] = (int32_t)(before + met);
            room->met.at[met] = form;
            room->agreed.at[met] = gain;
            met++;
        }
    }
    return met;
}

void search_meet(const linking_Room *room, const index_Listed *listed)
{
    Query query = query_of(room, listed);
    if (room->counts.at[LINKING_EVER] > MOST_MET) {
        memset(room->known.at, -1, (size_t)room->known.n * sizeof *room->known.at);
        room->counts.at[LINKING_EVER] = 0;
    }
    double further = order_words(&query);
    float best[VOCABULARY_MOST_WORDS] = {0};
    int64_t met = 0, walked = 0;
    for (int64_t turn = 0; turn < room->counts.at[LINKING_TOUCHED]; turn++) {
        uint32_t at = (uint32_t)room->turns.at[turn];
        int32_t word = room->touched.at[at];
        walked += listed->posting_heads.at[word + 1] - listed->posting_heads.at[word];
        if (walked > BUDGET && met > 0) {
            leave(&query, room->link_of.at[word], best);  // too common
            continue;
        }
        met = follow(&query, word, room->gains.at[at], met);
    }
    room->counts.at[LINKING_MET] = met;
    room->counts.at[LINKING_EVER] += met;
    double missed = left(&query, best);
    room->left.at[0] = (float)missed;
    room->left.at[1] = (float)(missed + further);
}

/* Return the denominator of the agreeing weight. */
static double both_of(const Query *query, int32_t form)
{
    return query->weight + 0.5 * query->listed->weight.at[form];
}

/* Return a share; 0 of nothing, as for words that all names have. */
static double share_of(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Return an upper bound of the query weight that may agree with a form. */
static double bound(const Query *query, int32_t form)
{
    const vocabulary_Pieces *pieces = &query->listed->pieces;
    float best[VOCABULARY_MOST_WORDS] = {0};
    for (int32_t at = pieces->heads.at[form]; at < pieces->heads.at[form + 1]; at++) {
        int32_t link = linking_first(query->room, pieces->words.at[at]);
        for (; link >= 0; link = linking_next(query->room, link)) {
            leave(query, link, best);
        }
    }
    return left(query, best);
}

double search_bound(const linking_Room *room, const index_Listed *listed, int64_t form)
{
    Query query = query_of(room, listed);
    return bound(&query, (int32_t)form);
}

/* Insert a form by falling rank, ties in list order; return the new count. */
static int64_t insert(const linking_Room *room, int64_t count, int64_t most, int32_t form,
                      double rank)
{
    int32_t *top = room->top.at;
    float *ranks = room->top_rank.at;
    int64_t place = count;
    if (count == most) {
        place--;
        if (rank < ranks[place] || (rank == ranks[place] && form > top[place])) {
            return count;
        }
    }
    while (place > 0 &&
           (ranks[place - 1] < rank || (ranks[place - 1] == rank && top[place - 1] > form))) {
        top[place] = top[place - 1];
        ranks[place] = ranks[place - 1];
        place--;
    }
    top[place] = form;
    ranks[place] = (float)rank;
    return min_of(count + 1, most);
}

/* Rank the forms found by agreeing weight; keep those that may rank high enough. */
static int64_t rank_forms(const Query *query)
{
    const linking_Room *room = query->room;
    int64_t count = 0;
    for (int64_t at = 0; at < room->counts.at[LINKING_MET]; at++) {
        int32_t form = room->met.at[at];
        float agreed = room->agreed.at[at];
        double both = both_of(query, form);
        if (agreed + room->left.at[0] >= SEARCH_FLOOR * both) {
            room->met.at[count] = form;
            room->agreed.at[count] = agreed;
            room->ranks.at[count] = share_of(agreed, both);
            count++;
        }
    }
    return count;
}

static int64_t bucket_of(double rank)
{
    double place = rank * (BUCKETS / 2);
    return place < BUCKETS - 1 ? (int64_t)place : BUCKETS - 1;
}

/* Return the bucket of the last of the `WIDE` best; -1 if all are included. */
static int64_t edge_of(const Query *query, int64_t count)
{
    if (count <= WIDE) {
        return -1;
    }
    int32_t buckets[BUCKETS] = {0};
    for (int64_t at = 0; at < count; at++) {
        buckets[bucket_of(query->room->ranks.at[at])]++;
    }
    int64_t bucket = BUCKETS - 1;
    int32_t above = buckets[bucket];
    while (above < WIDE) {
        bucket--;
        above += buckets[bucket];
    }
    return bucket;
}

/* Return the rank, by all words, below which no form can qualify. */
static double least_rank(const Query *query, int64_t count)
{
    const double *ranks = query->room->ranks.at;
    double least = SEARCH_FLOOR;
    if (count > 0) {
        int64_t first = 0;
        for (int64_t at = 0; at < count; at++) {
            first = ranks[at] > ranks[first] ? at : first;
        }
        int32_t form = query->room->met.at[first];
        double other = share_of(SEARCH_LEAST * bound(query, form), both_of(query, form));
        least = other > least ? other : least;
    }
    return least * ROUNDED;
}

/* Return whether a form may qualify by all words. */
static bool may_qualify(const Query *query, int64_t at, double least)
{
    const linking_Room *room = query->room;
    return room->agreed.at[at] + room->left.at[1] >= least * both_of(query, room->met.at[at]);
}

/* Select the `WIDE` best by rank, without those that cannot qualify by all words. */
static int64_t widest(const Query *query, int64_t count)
{
    const linking_Room *room = query->room;
    int64_t edge = edge_of(query, count), wide = 0;
    double least = least_rank(query, count);
    bool whole = false;  // which of the last ones qualify is not known without all words
    for (int64_t at = 0; at < count && !whole; at++) {
        whole = bucket_of(room->ranks.at[at]) == edge && may_qualify(query, at, least);
    }
    for (int64_t at = 0; at < count; at++) {
        double rank = room->ranks.at[at];
        if (bucket_of(rank) >= edge && (whole || may_qualify(query, at, least))) {
            wide = insert(room, wide, WIDE, room->met.at[at], rank);
        }
    }
    return wide;
}

void search_choose(const linking_Room *room, const index_Listed *listed)
{
    Query query = query_of(room, listed);
    int64_t wide = widest(&query, rank_forms(&query)), count = 0;
    for (int64_t at = 0; at < wide; at++) {
        room->met.at[at] = room->top.at[at];
        room->ranks.at[at] = room->top_rank.at[at];
    }
    double least = SEARCH_FLOOR;
    for (int64_t at = 0; at < wide; at++) {
        int32_t form = room->met.at[at];
        double both = both_of(&query, form);
        if (room->ranks.at[at] * both + room->left.at[1] >= ROUNDED * least * both) {
            count = insert(room, count, TOP, form, share_of(bound(&query, form), both));
            double other = SEARCH_LEAST * room->top_rank.at[0];
            least = other > SEARCH_FLOOR ? other : SEARCH_FLOOR;
        }
    }
    while (count > 0 && room->top_rank.at[count - 1] < least) {
        count--;
    }
    room->counts.at[LINKING_TOPS] = count;
}

/* Offer the pairs of pieces that are linked. */
static void offer_linked(const Alignment *forms, const linking_Room *room,
                         const vocabulary_Pieces *pieces, int32_t form, bool translated)
{
    for (int32_t at = pieces->heads.at[form]; at < pieces->heads.at[form + 1]; at++) {
        Piece listed = {pieces->begins.at[at], pieces->sizes.at[at]};
        int32_t link = linking_first(room, pieces->words.at[at]);
        for (; link >= 0; link = linking_next(room, link)) {
            Piece asked = linking_piece(room, link);
            int8_t kind = room->kinds.at[link];
            if (translated && kind == SIMILAR_WORDS_EXACT) {
                kind = SIMILAR_WORDS_TRANSLATED;
            }
            if (asked.size == 1 || listed.size == 1) {
                alignment_offer(forms, asked, listed, room->shares.at[link], kind);
            }
        }
    }
}

/* Align the query with a form of the list. */
static void align(const Alignment *forms, const linking_Room *room, const index_Listed *listed,
                  int32_t form, bool translated)
{
    int64_t size = room->asked.size.at[0];
    linking_fill_listed(room, listed, form);
    for (int64_t at = 0; at < size; at++) {
        room->asked.pair.at[at] = -1;
    }
    room->pairs.counts.at[0] = room->pairs.counts.at[1] = 0;
    offer_linked(forms, room, &listed->pieces, form, translated);
    alignment_take(forms);
    double total = alignment_weight_of(&room->asked, (Piece){0, size}) + listed->weight.at[form];
    if (alignment_agreed(&room->pairs) >= HOPEFUL * total) {
        alignment_offer_left_over(forms);
        alignment_take(forms);
    }
}

/* Return whether a form is a reading of Chinese characters. */
static bool is_sounded(int8_t how)
{
    return how == SEARCH_PINYIN || how == SEARCH_CANTONESE;
}

/* Return whether a form was read from characters or syllables, which are complete. */
static bool is_whole(int8_t how)
{
    return is_sounded(how) || how == SEARCH_HANGUL;
}

/* Return whether two readings are comparable: characters with characters, if both exist. */
static bool comparable(int8_t asked, int8_t listed)
{
    return !(is_sounded(asked) && is_sounded(listed));
}

bool search_comparable(int64_t asked, int64_t listed)
{
    return comparable((int8_t)asked, (int8_t)listed);
}

/* Align two forms and compute the features; the query is already linked. */
static void measure(const linking_Room *room, const index_Listed *listed,
                    const linking_Asking *asking, int64_t form, int64_t other)
{
    Alignment forms = {&room->pairs, &room->asked, &asking->vocabulary.letters, &room->listed,
                       &listed->vocabulary.letters};
    int8_t how = asking->forms.how.at[form];
    int8_t kind = asking->kind.at[asking->forms.owner.at[form]];
    int8_t other_kind = listed->kind.at[listed->entry.at[other]];
    align(&forms, room, listed, (int32_t)other, how == SEARCH_DICTIONARY);
    bool differs = kind != 0 && other_kind != 0 && kind != other_kind;
    alignment_features(&forms, differs, is_whole(how) || is_whole(listed->how.at[other]),
                       room->features.at);
}

void search_measure(const linking_Room *room, const index_Listed *listed,
                    const linking_Asking *asking, int64_t form, int64_t other)
{
    linking_link_form(room, listed, asking, form);
    measure(room, listed, asking, form, other);
}

/* Return the log-odds by the model, which has a row of coefficients for each kind of party. */
static double weigh(const float *features, const F64 *model, int8_t kind)
{
    const double *row = model->at + kind * ALIGNMENT_SIZE;
    double total = 0;
    for (int at = 0; at < ALIGNMENT_SIZE; at++) {
        total += features[at] * row[at];
    }
    return total;
}

/* The answers for one name. */
typedef struct {
    int32_t *count;
    int32_t *entries;
    int32_t *forms;
    int32_t *asked;
    double *odds;
} Row;

/* Insert an answer: once per entry, by falling odds, then by entry. */
static void keep(Row row, int32_t entry, int32_t form, int32_t asked, double odds)
{
    int64_t at = 0;
    while (at < *row.count && row.entries[at] != entry) {
        at++;
    }
    if (at < *row.count) {
        if (row.odds[at] >= odds) {
            return;
        }
    } else if (at < KEPT) {
        ++*row.count;
    } else {
        at = KEPT - 1;
        if (row.odds[at] > odds || (row.odds[at] == odds && row.entries[at] < entry)) {
            return;
        }
    }
    for (; at > 0 && (row.odds[at - 1] < odds ||
                      (row.odds[at - 1] == odds && row.entries[at - 1] > entry));
         at--) {
        row.entries[at] = row.entries[at - 1];
        row.forms[at] = row.forms[at - 1];
        row.asked[at] = row.asked[at - 1];
        row.odds[at] = row.odds[at - 1];
    }
    row.entries[at] = entry;
    row.forms[at] = form;
    row.asked[at] = asked;
    row.odds[at] = odds;
}

/* Select the forms for a query form. */
static void search(const linking_Room *room, const index_Listed *listed,
                   const linking_Asking *asking, int64_t form)
{
    linking_link_form(room, listed, asking, form);
    search_meet(room, listed);
    search_choose(room, listed);
}

void search_answer(const index_Listed *listed, const linking_Asking *asking, const F64 *model,
                   const linking_Room *room, const search_Answers *out)
{
    for (int64_t form = 0; form < asking->forms.owner.n; form++) {
        search(room, listed, asking, form);
        int64_t name = asking->forms.owner.at[form], first = name * KEPT;
        Row row = {out->counts.at + name, out->entries.at + first, out->forms.at + first,
                   out->asked.at + first, out->odds.at + first};
        for (int64_t at = 0; at < room->counts.at[LINKING_TOPS]; at++) {
            int32_t other = room->top.at[at], entry = listed->entry.at[other];
            if (comparable(asking->forms.how.at[form], listed->how.at[other])) {
                measure(room, listed, asking, form, other);
                int8_t kind = asking->kind.at[name] ? asking->kind.at[name] : listed->kind.at[entry];
                double odds = weigh(room->features.at, model, kind);
                keep(row, entry, other, (int32_t)form, odds);
            }
        }
    }
}

int64_t search_gather(const index_Listed *listed, const linking_Asking *asking,
                      const linking_Room *room, const I32 *rows, const F32 *values)
{
    int64_t count = 0;
    for (int64_t form = 0; form < asking->forms.owner.n; form++) {
        search(room, listed, asking, form);
        for (int64_t at = 0; at < room->counts.at[LINKING_TOPS]; at++) {
            int32_t other = room->top.at[at];
            if (!comparable(asking->forms.how.at[form], listed->how.at[other])) {
                continue;
            }
            measure(room, listed, asking, form, other);
            int32_t *row = rows->at + 4 * count;
            row[0] = asking->forms.owner.at[form];
            row[1] = listed->entry.at[other];
            row[2] = other;
            row[3] = (int32_t)form;
            memcpy(values->at + ALIGNMENT_SIZE * count, room->features.at,
                   ALIGNMENT_SIZE * sizeof(float));
            count++;
        }
    }
    return count;
}
