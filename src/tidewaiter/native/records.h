/* Made by `python -m tools.native_headers` from Python signatures: do not edit. */
#pragma once

#include "native/arrays.h"

#define APPROXIMATE_MATCH_FAR 99
#define APPROXIMATE_MATCH_MASKS 2048
#define APPROXIMATE_MATCH_SHORTEST 5
#define APPROXIMATE_MATCH_LONGEST 64
#define APPROXIMATE_MATCH_FILTER_BITS 20
#define HASHING_BASE UINT64_C(0x9e3779b97f4a7c15)
#define HASHING_SHIFT 24
#define HITS_COLUMNS 13
#define HITS_NAME 0
#define HITS_NEAR 1
#define HITS_CAS 2
#define HITS_HS 3
#define HITS_UN 4
#define HITS_CUS 5
#define HITS_CAS_WRONG 6
#define HITS_CAS_OTHER 7
#define HITS_COVERING 2
#define HITS_NEGATED 1
#define HITS_LONGER 2
#define HITS_PART_OF 4
#define HITS_CUED 8
#define HITS_SALTED 16
#define HITS_WHOLE 32
#define HITS_SCANNED 64
#define HITS_GLUED 128
#define PHRASES_FOREIGN 1
#define PHRASES_THROUGH 2
#define PHRASES_ABSENT 4
#define PHRASES_OPENING 8
#define PHRASES_CONTENT 64
#define PHRASES_RATE 128
#define PHRASES_HARMLESS 4096
#define PHRASES_COPULA 8192
#define PHRASES_PERCENT 16384
#define PHRASES_JOINING 32768
#define PHRASES_OTHERWISE 65536
#define PHRASES_GLUE 131072
#define PHRASES_CHEMISTRY 262144
#define PHRASES_COUNT 20
#define PHRASES_EDGE_BITS 15
#define RULES_LIMIT 131072
#define RULES_SEPARATOR 0
#define RULES_LETTER 1
#define RULES_DIGIT 2
#define RULES_IDEOGRAPH 3
#define RULES_DROPPED 4
#define RULES_GREEK 5
#define RULES_SPACE 1
#define RULES_HYPHEN 2
#define RULES_DOT 4
#define RULES_COMMA 8
#define RULES_OTHER 16
#define RULES_NEWLINE 32
#define RULES_STOP 64
#define RULES_LINE 128
#define SCAN_BLOCK 12000
#define TRIE_FILTER_BITS 18
#define TRIE_HEAD 6
#define TRIGGERS_LETTER 1
#define TRIGGERS_CAPITAL 2
#define TRIGGERS_DIGIT 4
#define TRIGGERS_SPACE 8
#define TRIGGERS_BRACKET 16
#define TRIGGERS_SMILES 32
#define TRIGGERS_BOND 64
#define TRIGGERS_BEFORE 128
#define TRIGGERS_HINT 256
#define UNKNOWN_WORDS_FEW_BITS 13
#define UNKNOWN_WORDS_FEW 8
#define WORDS_ORDINARY 1
#define WORDS_CHEMICAL 2
#define WORDS_NAMED 4
#define WORDS_CUE 8
#define WORDS_BEFORE 16
#define WORDS_AFTER 32
#define WORDS_SALT 64
#define WORDS_STEREO 128
#define WORDS_CAS_CUE 256
#define WORDS_HS_CUE 512
#define WORDS_UN_CUE 1024
#define WORDS_CUS_CUE 2048
#define WORDS_PART 4096
#define WORDS_MEASURE 8192
#define WORDS_FILLER 16384
#define WORDS_NUMBER 1048576
#define WORDS_MIXED 2097152
#define WORDS_SIGN 4194304
#define WORDS_ANCHOR 32768
#define WORDS_RARE 65536

typedef struct {
    U64 keys;
    I32 values;
} hashing_Table;

typedef struct {
    U32 units;
    I64 first;
    hashing_Table pieces;
    I64 lists;
    I32 members;
    U8 filter;
} approximate_match_Near;

typedef struct {
    I32 keys;
    I32 edits;
    U64 masks;
    I32 far;
} approximate_match_Room;

typedef struct {
    I32 first;
    U8 count;
    U8 kind;
    U32 look;
    U8 gap;
    U32 units;
    U32 scan;
    U32 plain;
} rules_FoldTables;

typedef struct {
    U32 key;
    U8 kind;
    U8 start;
    U8 gap;
    U8 wide;
    I32 byte;
    I32 byte_end;
    U64 hash;
} fold_Folded;

typedef struct {
    hashing_Table steps;
    I32 ends;
    U8 heads;
    U8 shorts;
} trie_Trie;

typedef struct {
    U32 slots;
} words_Vocabulary;

typedef struct {
    hashing_Table table;
    U8 starts;
    U8 ends;
    U8 cues;
} phrases_Phrases;

typedef struct {
    approximate_match_Near near;
    hashing_Table exact;
    I32 whole;
    I64 lists;
    I32 keys;
    I32 offsets;
    U32 units;
    I64 first;
} approximate_match_Anchors;

typedef struct {
    rules_FoldTables fold;
    trie_Trie trie;
    B8 strong;
    words_Vocabulary vocabulary;
    hashing_Table other;
    phrases_Phrases phrases;
    B8 english;
    approximate_match_Anchors anchors;
    I64 cas;
} scan_Tables;

typedef struct {
    I32 begin;
    I32 end;
    I32 flags;
    B8 unknown;
    B8 close;
    B8 covered;
} words_Words;

typedef struct {
    U64 nothing;
    U64 words;
    I32 few;
} unknown_words_Verdicts;

typedef struct {
    fold_Folded folded;
    words_Words words;
    U64 powers;
    I32 starts;
    approximate_match_Room near;
    unknown_words_Verdicts verdicts;
    I32 units;
    B8 cues;
} scan_Room;

typedef struct {
    I64 rows;
    I64 count;
} hits_Hits;

EXPORT int64_t approximate_match_all_pieces(const U32 *units, const I64 *first, const U64 *hashes, const I32 *owners);

EXPORT void approximate_match_clear_masks(const U64 *masks, const U32 *key);

EXPORT int64_t approximate_match_distance(const U32 *a, const U32 *b, int64_t most);

EXPORT int64_t approximate_match_find_near(const U32 *word, const approximate_match_Near *near, const approximate_match_Room *room);

EXPORT int64_t approximate_match_masked_distances(const U64 *masks, int64_t size, const U32 *text, int64_t most, const I32 *far);

EXPORT int64_t approximate_match_most_edits(int64_t length);

EXPORT bool approximate_match_same_digits(const U32 *a, const U32 *b);

EXPORT bool approximate_match_set_masks(const U64 *masks, const U32 *key);

EXPORT void fold_fold_lines(const U8 *text, const I64 *offsets, int64_t begin, int64_t end, const rules_FoldTables *tables, const fold_Folded *room, const I32 *units, bool again);

EXPORT void hashing_fill(const hashing_Table *table, const U64 *keys, const I32 *values);

EXPORT void hashing_hash_units(const U32 *units, const I64 *first, const U64 *hashes);

EXPORT void hashing_look_up(const hashing_Table *table, const U64 *keys, const I64 *values);

EXPORT void hashing_mix_into(const U64 *values, const U64 *mixed);

EXPORT int64_t hashing_number(const U8 *text, const I64 *offsets, const I64 *slots, const I64 *which, const I64 *first);

EXPORT bool numbers_check_digit_holds(int64_t number);

EXPORT void scan_scan_blocks(const U8 *text, const I64 *offsets, const scan_Tables *tables, const scan_Room *room, const hits_Hits *hits, const B8 *ambiguous);

EXPORT void trie_find_names(const fold_Folded *room, int64_t n, const trie_Trie *trie, const B8 *strong, const U64 *powers, const I32 *starts, const hits_Hits *hits);

EXPORT void trie_step_keys(const I64 *nodes, const I64 *units, const U64 *keys);

EXPORT void triggers_look(const U8 *text, const I64 *offsets, const U16 *kinds, const B8 *marked);

EXPORT void words_fill_vocabulary(const U32 *slots, const U64 *keys, const I32 *flags);

EXPORT int64_t words_hash_line_words(const U8 *text, const I64 *offsets, const rules_FoldTables *tables, const fold_Folded *room, const U64 *powers, const words_Words *words, const U64 *hashes);

EXPORT void words_hash_lines(const U8 *text, const I64 *offsets, const rules_FoldTables *tables, const fold_Folded *room, const U64 *hashes);
