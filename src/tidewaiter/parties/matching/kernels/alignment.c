#include "parties/matching/kernels/alignment.h"

#include <stdlib.h>

static const double INITIAL_SHARE = 0.5, CUT_SHARE = 0.7, LEAST_SHARE = 0.45;
static const double HEAVY = 1.5;  // minimum nats of an informative word

/* Copy one pair to another position. */
static void copy(const alignment_Pairs *pairs, int64_t source, int64_t target)
{
    pairs->asked.at[target] = pairs->asked.at[source];
    pairs->asked_size.at[target] = pairs->asked_size.at[source];
    pairs->listed.at[target] = pairs->listed.at[source];
    pairs->listed_size.at[target] = pairs->listed_size.at[source];
    pairs->share.at[target] = pairs->share.at[source];
    pairs->kind.at[target] = pairs->kind.at[source];
    pairs->gain.at[target] = pairs->gain.at[source];
}

void alignment_offer(const Alignment *forms, Piece asked, Piece listed, double share, int64_t kind)
{
    const alignment_Pairs *pairs = forms->pairs;
    int32_t count = pairs->counts.at[0];
    if (count == ALIGNMENT_MOST_PAIRS) {
        return;
    }
    double weight =
        alignment_weight_of(forms->asked, asked) + alignment_weight_of(forms->listed, listed);
    double gain = share * weight;
    gain -= 0.001 * (double)llabs(asked.begin - listed.begin);
    int32_t at = count;
    while (at > pairs->counts.at[1] && pairs->gain.at[at - 1] < gain) {
        copy(pairs, at - 1, at);
        at--;
    }
    pairs->asked.at[at] = (int8_t)asked.begin;
    pairs->asked_size.at[at] = (int8_t)asked.size;
    pairs->listed.at[at] = (int8_t)listed.begin;
    pairs->listed_size.at[at] = (int8_t)listed.size;
    pairs->share.at[at] = (float)share;
    pairs->gain.at[at] = (float)gain;
    pairs->kind.at[at] = (int8_t)(asked.size + listed.size > 2 ? SIMILAR_WORDS_JOINED : kind);
    pairs->counts.at[0] = count + 1;
}

/* Return the piece of the query in a pair. */
static Piece asked_of(const alignment_Pairs *pairs, int64_t at)
{
    return (Piece){pairs->asked.at[at], pairs->asked_size.at[at]};
}

/* Return the piece of the list in a pair. */
static Piece listed_of(const alignment_Pairs *pairs, int64_t at)
{
    return (Piece){pairs->listed.at[at], pairs->listed_size.at[at]};
}

/* Return whether all words of a piece are unpaired. */
static bool is_free(const alignment_Side *side, Piece piece)
{
    for (int64_t at = piece.begin; at < piece.begin + piece.size; at++) {
        if (side->pair.at[vocabulary_wrapped(at, side->size.at[0])] >= 0) {
            return false;
        }
    }
    return true;
}

/* Set the pair of each word of a piece. */
static void set_pair(const alignment_Side *side, Piece piece, int64_t pair)
{
    for (int64_t at = piece.begin; at < piece.begin + piece.size; at++) {
        side->pair.at[vocabulary_wrapped(at, side->size.at[0])] = (int16_t)pair;
    }
}

void alignment_take(const Alignment *forms)
{
    const alignment_Pairs *pairs = forms->pairs;
    int32_t taken = pairs->counts.at[1];
    for (int32_t at = taken; at < pairs->counts.at[0]; at++) {
        Piece asked = asked_of(pairs, at), listed = listed_of(pairs, at);
        if (is_free(forms->asked, asked) && is_free(forms->listed, listed)) {
            copy(pairs, at, taken);
            set_pair(forms->asked, asked, taken);
            set_pair(forms->listed, listed, taken);
            taken++;
        }
    }
    pairs->counts.at[0] = pairs->counts.at[1] = taken;
}

double alignment_agreed(const alignment_Pairs *pairs)
{
    double total = 0;
    for (int32_t at = 0; at < pairs->counts.at[1]; at++) {
        total += pairs->gain.at[at];
    }
    return total;
}

/* Return whether a word is unpaired and may have a spelling variant. */
static bool is_open(const alignment_Side *side, int64_t at)
{
    return side->pair.at[at] < 0 && side->kinds.at[at] != VOCABULARY_LEGAL &&
           side->kinds.at[at] != VOCABULARY_NUMBER;
}

/* Return the letters of a word. */
static U32 letters_of(const alignment_Side *side, const vocabulary_Letters *letters, int64_t at)
{
    return (U32){letters->units.at + side->starts.at[at], side->letters.at[at], 1};
}

/* Count the bits set. */
static int64_t bits(uint32_t value)
{
    value = value - ((value >> 1) & 0x55555555);
    value = (value & 0x33333333) + ((value >> 2) & 0x33333333);
    value = (value + (value >> 4)) & 0x0F0F0F0F;
    return (value * UINT32_C(0x01010101)) >> 24;
}

/* Return the number of letters that two words have in common at their beginning. */
static int64_t same_letters(const U32 *one, const U32 *other)
{
    int64_t shorter = min_of(one->n, other->n), same = 0;
    while (same < shorter && one->at[same] == other->at[same]) {
        same++;
    }
    return same;
}

/* Return the agreeing share of two words of similar letters; 0 for none. */
static double loose(const U32 *one, const U32 *other, uint32_t one_marks, uint32_t other_marks)
{
    int64_t longer = max_of(one->n, other->n);
    int64_t most = (int64_t)(0.4 * (double)longer);
    if (longer < 4 || bits(one_marks & ~other_marks) > most ||
        bits(other_marks & ~one_marks) > most) {
        return 0;
    }
    int64_t far = similar_words_edits(one, other, most);
    if (far == SIMILAR_WORDS_FAR) {
        return 0;
    }
    double share = 1 - 1.2 * (double)far / (double)longer;
    return share >= LEAST_SHARE ? share : 0;
}

/* Offer a pair of two words that are not near neighbours, if they are alike.

   The last query word of a name may be truncated. */
static void offer_alike(const Alignment *forms, int64_t a, int64_t b)
{
    const alignment_Side *asked = forms->asked, *listed = forms->listed;
    U32 one = letters_of(asked, forms->ours, a), other = letters_of(listed, forms->theirs, b);
    int64_t shorter = min_of(one.n, other.n);
    int64_t same =
        asked->firsts.at[a] == listed->firsts.at[b] ? same_letters(&one, &other) : 0;
    bool last = a == asked->size.at[0] - 1;
    double share;
    int64_t kind = SIMILAR_WORDS_LOOSE;
    if (shorter == 1) {
        share = same == 1 ? INITIAL_SHARE : 0;
        kind = SIMILAR_WORDS_INITIAL;
    } else if (same == shorter &&
               (shorter >= 4 || (last && one.n < other.n && one.n >= 2))) {
        share = CUT_SHARE;
    } else {
        share = loose(&one, &other, asked->marks.at[a], listed->marks.at[b]);
    }
    if (share > 0) {
        alignment_offer(forms, (Piece){a, 1}, (Piece){b, 1}, share, kind);
    }
}

void alignment_offer_left_over(const Alignment *forms)
{
    const alignment_Side *asked = forms->asked, *listed = forms->listed;
    for (int64_t a = 0; a < asked->size.at[0]; a++) {
        if (!is_open(asked, a)) {
            continue;
        }
        for (int64_t b = 0; b < listed->size.at[0]; b++) {
            if (!is_open(listed, b) || (asked->chinese.at[a] && listed->chinese.at[b])) {
                continue;  // a different pinyin spelling is a different word
            }
            offer_alike(forms, a, b);
        }
    }
}

/* Return the smaller of two weights. */
static double least_of(double a, double b)
{
    return b < a ? b : a;
}

/* Find the weights of both pieces of a pair; different spellings use the commoner one's. */
static void pair_weights(const Alignment *forms, int64_t at, double *asked, double *listed)
{
    const alignment_Pairs *pairs = forms->pairs;
    int8_t kind = pairs->kind.at[at];
    *asked = alignment_weight_of(forms->asked, asked_of(pairs, at));
    *listed = alignment_weight_of(forms->listed, listed_of(pairs, at));
    if (kind != SIMILAR_WORDS_EXACT) {
        *asked = *listed = least_of(*asked, *listed);
    }
}

/* The unpaired words of a side. */
typedef struct {
    double weight;
    double heaviest;
    int64_t numbers;
} LeftOver;

static LeftOver left_over(const alignment_Side *side)
{
    LeftOver left = {0, 0, 0};
    for (int64_t at = 0; at < side->size.at[0]; at++) {
        if (side->pair.at[at] < 0) {
            double weight = side->weights.at[at];
            left.weight += weight;
            left.heaviest = weight > left.heaviest ? weight : left.heaviest;
            left.numbers += side->kinds.at[at] == VOCABULARY_NUMBER;
        }
    }
    return left;
}

/* Return the number of letters of a pair: of its longer side. */
static int64_t letters_in(const Alignment *forms, int64_t at)
{
    Piece pieces[] = {asked_of(forms->pairs, at), listed_of(forms->pairs, at)};
    const alignment_Side *sides[] = {forms->asked, forms->listed};
    int64_t longest = 0;
    for (int side = 0; side < 2; side++) {
        int64_t letters = 0, size = sides[side]->size.at[0];
        for (int64_t word = 0; word < pieces[side].size; word++) {
            letters += sides[side]->letters.at[vocabulary_wrapped(pieces[side].begin + word, size)];
        }
        longest = max_of(longest, letters);
    }
    return longest;
}

/* Return whether the share of a pair is one of letters. */
static bool is_spelt(int8_t kind)
{
    return kind == SIMILAR_WORDS_EDIT || kind == SIMILAR_WORDS_TWO_EDITS ||
           kind == SIMILAR_WORDS_LOOSE || kind == SIMILAR_WORDS_JOINED;
}

/* Return the weight of the first word of a name that is no legal form, if it is unpaired. */
static double first_left_over(const alignment_Side *side)
{
    for (int64_t at = 0; at < side->size.at[0]; at++) {
        if (side->kinds.at[at] != VOCABULARY_LEGAL && side->kinds.at[at] != VOCABULARY_PARTICLE) {
            return side->pair.at[at] < 0 ? side->weights.at[at] : 0;
        }
    }
    return 0;
}

/* Sum up the pairs; return the paired weight of both sides. */
static double pair_features(const Alignment *forms, float *out)
{
    const alignment_Pairs *pairs = forms->pairs;
    double both = 0;
    int64_t heavy = 0;
    for (int32_t at = 0; at < pairs->counts.at[1]; at++) {
        double a, b, share = pairs->share.at[at];
        pair_weights(forms, at, &a, &b);
        double least = least_of(a, b);
        float *of_kind = out + ALIGNMENT_FIRST_KIND + pairs->kind.at[at];
        both += a + b;
        *of_kind = (float)(*of_kind + (a + b));
        out[ALIGNMENT_EVIDENCE] =
            (float)(out[ALIGNMENT_EVIDENCE] + least * share / ALIGNMENT_NATS);
        out[ALIGNMENT_FUZZINESS] =
            (float)(out[ALIGNMENT_FUZZINESS] + least * (1 - share) / ALIGNMENT_NATS);
        double letters = (double)letters_in(forms, at);
        out[ALIGNMENT_LETTERS] = (float)(out[ALIGNMENT_LETTERS] + letters * share / ALIGNMENT_LETTERS_UNIT);
        if (is_spelt(pairs->kind.at[at])) {
            out[ALIGNMENT_EDITS] = (float)(out[ALIGNMENT_EDITS] + letters * (1 - share));
        }
        if (least > HEAVY) {
            heavy += max_of(1, min_of(pairs->asked_size.at[at], pairs->listed_size.at[at]));
            if (1 - share > out[ALIGNMENT_WORST]) {
                out[ALIGNMENT_WORST] = (float)(1 - share);
            }
        }
    }
    out[ALIGNMENT_ONE_PAIR] = heavy <= 1;
    out[ALIGNMENT_TWO_PAIRS] = heavy == 2;
    return both;
}

/* Return the share of paired words in a different order. */
static double inversions(const Alignment *forms)
{
    const alignment_Side *asked = forms->asked;
    int64_t last = -1, turned = 0, count = 0;
    for (int64_t at = 0; at < asked->size.at[0]; at++) {
        int16_t pair = asked->pair.at[at];
        int8_t kind = asked->kinds.at[at];
        if (pair < 0 || kind == VOCABULARY_LEGAL || kind == VOCABULARY_PARTICLE) {
            continue;
        }
        int8_t place = forms->pairs->listed.at[pair];
        turned += place < last;
        count++;
        last = place;
    }
    return count ? (double)turned / (double)count : 0;
}

/* Record whether the legal forms agree. */
static void legal_features(const Alignment *forms, float *out)
{
    const alignment_Side *asked = forms->asked, *listed = forms->listed;
    int64_t a = 0, b = 0, both = 0;
    for (int64_t at = 0; at < asked->size.at[0]; at++) {
        bool legal = asked->kinds.at[at] == VOCABULARY_LEGAL;
        a += legal;
        both += legal && asked->pair.at[at] >= 0;
    }
    for (int64_t at = 0; at < listed->size.at[0]; at++) {
        b += listed->kinds.at[at] == VOCABULARY_LEGAL;
    }
    out[ALIGNMENT_LEGAL_SAME] = both > 0;
    out[ALIGNMENT_LEGAL_DIFFERS] = both == 0 && a > 0 && b > 0;
}

void alignment_features(const Alignment *forms, bool differs, bool whole, float *out)
{
    memset(out, 0, ALIGNMENT_SIZE * sizeof *out);
    out[ALIGNMENT_ONE] = 1;
    double both = pair_features(forms, out);
    LeftOver a = left_over(forms->asked), b = left_over(forms->listed);
    double total = both + a.weight + b.weight;
    total = total > 0.01 ? total : 0.01;
    for (int kind = SIMILAR_WORDS_EXACT; kind <= SIMILAR_WORDS_RESPELLED; kind++) {
        float *of_kind = out + ALIGNMENT_FIRST_KIND + kind;
        *of_kind = (float)(*of_kind / total);
    }
    double against = least_of(a.weight, b.weight);
    out[ALIGNMENT_CONTRADICTED_SHARE] = (float)(2 * against / total);
    out[ALIGNMENT_OMITTED_LISTED_SHARE] = (float)((b.weight - against) / total);
    out[ALIGNMENT_OMITTED_ASKED_SHARE] = (float)((a.weight - against) / total);
    out[ALIGNMENT_LOG_EVIDENCE] = log1pf(out[ALIGNMENT_EVIDENCE]);
    out[ALIGNMENT_CONTRADICTED] = (float)(against / ALIGNMENT_NATS);
    out[ALIGNMENT_OMITTED_LISTED] = (float)((b.weight - against) / ALIGNMENT_NATS);
    out[ALIGNMENT_OMITTED_ASKED] = (float)((a.weight - against) / ALIGNMENT_NATS);
    out[ALIGNMENT_INVERSIONS] = (float)inversions(forms);
    legal_features(forms, out);
    out[ALIGNMENT_KIND_DIFFERS] = differs;
    out[ALIGNMENT_NUMBER_DIFFERS] = a.numbers > 0 && b.numbers > 0;
    out[ALIGNMENT_RAREST_ASKED] = (float)(a.heaviest / ALIGNMENT_NATS);
    out[ALIGNMENT_RAREST_LISTED] = (float)(b.heaviest / ALIGNMENT_NATS);
    out[ALIGNMENT_FIRST_ASKED] = (float)(first_left_over(forms->asked) / ALIGNMENT_NATS);
    out[ALIGNMENT_FIRST_LISTED] = (float)(first_left_over(forms->listed) / ALIGNMENT_NATS);
    out[ALIGNMENT_ONE_WORST] = out[ALIGNMENT_ONE_PAIR] * out[ALIGNMENT_WORST];
    out[ALIGNMENT_ONE_EVIDENCE] = out[ALIGNMENT_ONE_PAIR] * out[ALIGNMENT_EVIDENCE];
    out[ALIGNMENT_TWO_EVIDENCE] = out[ALIGNMENT_TWO_PAIRS] * out[ALIGNMENT_EVIDENCE];
    out[ALIGNMENT_ONE_LEGAL] = out[ALIGNMENT_ONE_PAIR] * out[ALIGNMENT_LEGAL_DIFFERS];
    float contradicted = out[ALIGNMENT_CONTRADICTED_SHARE];
    out[ALIGNMENT_SQUARED] = contradicted * contradicted;
    double omitted = (a.weight + b.weight - 2 * against) / total;
    out[ALIGNMENT_OMITTED_CHARACTERS] = whole ? (float)omitted : 0;
    out[ALIGNMENT_SHAPE] = (float)log(total / 2 / ALIGNMENT_NATS);
}
