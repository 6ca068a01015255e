/* Similar words: how much of a word's weight agrees, by the system of the key that both have. */
#pragma once

#include "parties/matching/kernels/vocabulary.h"

/* Initial share of a word's weight, and kind of agreement. */
typedef struct {
    float share;
    int8_t kind;
} Agreement;

/* In the order of `SYSTEMS` in vocabulary.py. */
static const Agreement SIMILAR_WORDS_SYSTEMS[] = {
    {0.92F, SIMILAR_WORDS_ROMANISED},  // r
    {0.90F, SIMILAR_WORDS_SYSTEM},  // p
    {0.90F, SIMILAR_WORDS_SYSTEM},  // k
    {0.95F, SIMILAR_WORDS_SYSTEM},  // a
    {0.80F, SIMILAR_WORDS_SYSTEM},  // c
    {0.88F, SIMILAR_WORDS_SYSTEM},  // h
    {0.88F, SIMILAR_WORDS_SYSTEM},  // n
    {0.90F, SIMILAR_WORDS_ROMANISED},  // f
    {0.95F, SIMILAR_WORDS_SYSTEM},  // v
    {0.95F, SIMILAR_WORDS_TRANSLATED},  // d
};
