/* Alignment of two name forms: what runs once per word or pair. */
#pragma once

#include "parties/matching/kernels/vocabulary.h"

/* Two forms to align; each side holds the letters of the vocabulary of its words. */
typedef struct {
    const alignment_Pairs *pairs;
    const alignment_Side *asked;
    const vocabulary_Letters *ours;
    const alignment_Side *listed;
    const vocabulary_Letters *theirs;
} Alignment;

/* Set an unpaired word on a side. */
static inline void alignment_place(const alignment_Side *side, int64_t at, const Cards *cards,
                                   int32_t word)
{
    const Card *card = cards->at + word;
    side->words.at[at] = word;
    side->weights.at[at] = card->weight;
    side->kinds.at[at] = card->kind;
    side->marks.at[at] = card->marks;
    side->firsts.at[at] = card->first;
    side->chinese.at[at] = card->chinese;
    side->starts.at[at] = card->start;
    side->letters.at[at] = card->size;
    side->pair.at[at] = -1;
}

/* Return the total weight of a piece. */
static inline double alignment_weight_of(const alignment_Side *side, Piece piece)
{
    double total = 0;
    for (int64_t at = piece.begin; at < piece.begin + piece.size; at++) {
        total += side->weights.at[vocabulary_wrapped(at, side->size.at[0])];
    }
    return total;
}

/* Insert a candidate pair, sorted by falling gain. */
void alignment_offer(const Alignment *forms, Piece asked, Piece listed, double share, int64_t kind);

/* Accept candidate pairs in order, using each word once. */
void alignment_take(const Alignment *forms);

/* Return the paired weight of both sides, scaled by agreement. */
double alignment_agreed(const alignment_Pairs *pairs);

/* Insert candidate pairs between the remaining words. */
void alignment_offer_left_over(const Alignment *forms);

/* Compute the features of an alignment, shape `(SIZE,)`.

   Names in characters are always complete, so an omission has a separate feature if one side is in
   characters (`whole`). */
void alignment_features(const Alignment *forms, bool differs, bool whole, float *out);
