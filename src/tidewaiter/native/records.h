/* Made by `python -m tools.native_headers` from Python signatures: do not edit. */
#pragma once

#include "native/arrays.h"

#define APPROXIMATE_MATCH_FAR 99
#define APPROXIMATE_MATCH_MASKS 2048
#define APPROXIMATE_MATCH_SHORTEST 5
#define APPROXIMATE_MATCH_LONGEST 64
#define APPROXIMATE_MATCH_FILTER_BITS 20
#define DISGUISE_TWICE 1
#define DISGUISE_SIGNS 2
#define DISGUISE_BACKWARDS 4
#define DISGUISE_DOUBLED 8
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
#define HITS_IN_COMPOUND 1
#define HITS_IN_NEGATION 2
#define HITS_JOINED 3
#define HITS_NEGATED 1
#define HITS_LONGER 2
#define HITS_PART_OF 4
#define HITS_CUED 8
#define HITS_SALTED 16
#define HITS_WHOLE 32
#define HITS_SCANNED 64
#define HITS_GLUED 128
#define HITS_FORM 256
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
#define TRIE_AFFIX 12
#define TRIE_ANY 255
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
#define ALIGNMENT_MOST_PAIRS 256
#define ALIGNMENT_SIZE 42
#define ALIGNMENT_ONE 0
#define ALIGNMENT_FIRST_KIND 1
#define ALIGNMENT_CONTRADICTED_SHARE 12
#define ALIGNMENT_OMITTED_LISTED_SHARE 13
#define ALIGNMENT_OMITTED_ASKED_SHARE 14
#define ALIGNMENT_EVIDENCE 15
#define ALIGNMENT_LOG_EVIDENCE 16
#define ALIGNMENT_CONTRADICTED 17
#define ALIGNMENT_OMITTED_LISTED 18
#define ALIGNMENT_OMITTED_ASKED 19
#define ALIGNMENT_WORST 20
#define ALIGNMENT_INVERSIONS 21
#define ALIGNMENT_ONE_PAIR 22
#define ALIGNMENT_TWO_PAIRS 23
#define ALIGNMENT_LEGAL_SAME 24
#define ALIGNMENT_LEGAL_DIFFERS 25
#define ALIGNMENT_KIND_DIFFERS 26
#define ALIGNMENT_NUMBER_DIFFERS 27
#define ALIGNMENT_RAREST_ASKED 28
#define ALIGNMENT_RAREST_LISTED 29
#define ALIGNMENT_SQUARED 30
#define ALIGNMENT_FUZZINESS 31
#define ALIGNMENT_SHAPE 32
#define ALIGNMENT_OMITTED_CHARACTERS 33
#define ALIGNMENT_LETTERS 34
#define ALIGNMENT_EDITS 35
#define ALIGNMENT_FIRST_ASKED 36
#define ALIGNMENT_FIRST_LISTED 37
#define ALIGNMENT_ONE_WORST 38
#define ALIGNMENT_ONE_EVIDENCE 39
#define ALIGNMENT_TWO_EVIDENCE 40
#define ALIGNMENT_ONE_LEGAL 41
#define ALIGNMENT_NATS 10.0
#define ALIGNMENT_LETTERS_UNIT 10.0
#define HEARD_DOUBLED 1.5
#define HEARD_MOST 32
#define HEARD_CHUNK 4
#define LINKING_WIDE 64
#define LINKING_TOP 24
#define LINKING_KEPT 10
#define LINKING_LOW_BITS 4095
#define LINKING_LINKS 0
#define LINKING_TOUCHED 1
#define LINKING_MET 2
#define LINKING_TOPS 3
#define LINKING_EVER 4
#define SEARCH_FLOOR 0.3
#define SEARCH_LEAST 0.5
#define SEARCH_PINYIN 1
#define SEARCH_CANTONESE 3
#define SEARCH_HANGUL 4
#define SEARCH_DICTIONARY 7
#define SIMILAR_WORDS_FAR 99
#define SIMILAR_WORDS_EXACT 0
#define SIMILAR_WORDS_EDIT 1
#define SIMILAR_WORDS_TWO_EDITS 2
#define SIMILAR_WORDS_ROMANISED 3
#define SIMILAR_WORDS_HEARD 4
#define SIMILAR_WORDS_JOINED 5
#define SIMILAR_WORDS_INITIAL 6
#define SIMILAR_WORDS_LOOSE 7
#define SIMILAR_WORDS_TRANSLATED 8
#define SIMILAR_WORDS_SYSTEM 9
#define SIMILAR_WORDS_RESPELLED 10
#define SIMILAR_WORDS_MOST 96
#define SIMILAR_WORDS_SHORTENED 46
#define VOCABULARY_BASE UINT64_C(0x9e3779b97f4a7c15)
#define VOCABULARY_LEGAL 1
#define VOCABULARY_INITIAL_LETTER 3
#define VOCABULARY_PARTICLE 4
#define VOCABULARY_NUMBER 5
#define VOCABULARY_JOINED 3
#define VOCABULARY_JOINING 3
#define VOCABULARY_MOST_WORDS 24

#pragma pack(push, 1)
typedef struct {
    float weight;
    uint32_t marks;
    uint32_t start;
    uint16_t size;
    int8_t kind;
    uint8_t first;
    bool chinese;
} Card;
#pragma pack(pop)
_Static_assert(sizeof(Card) == 17, "as in NumPy");
ARRAY_OF(Cards, Card);

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
    U32 bare;
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
    U32 slots;
} hashing_Members;

typedef struct {
    I32 children;
    U32 letters;
    F32 costs;
    F32 highest;
    F32 extra;
    I32 heads;
    I32 words;
} heard_Tree;

typedef struct {
    double least;
    double slack;
    int64_t beam;
    I32 heads;
    I32 starts;
    U32 letters;
    F32 costs;
} heard_Rules;

typedef struct {
    I64 heads;
    I64 arcs;
    I8 sizes;
    I32 rows;
    F32 costs;
    F32 extra;
} heard_Readable;

typedef struct {
    I64 heads;
    I32 words;
    F32 shares;
    B8 respelled;
} heard_Heard;

typedef struct {
    I32 words;
    F32 weights;
    I8 kinds;
    U32 marks;
    I64 starts;
    I64 letters;
    U8 firsts;
    B8 chinese;
    I16 pair;
    I32 size;
} alignment_Side;

typedef struct {
    I8 asked;
    I8 asked_size;
    I8 listed;
    I8 listed_size;
    F32 share;
    I8 kind;
    F32 gain;
    I32 counts;
} alignment_Pairs;

typedef struct {
    alignment_Side asked;
    alignment_Side listed;
    alignment_Pairs pairs;
    F32 features;
    I32 link_of;
    B8 linked;
    I32 links;
    F32 shares;
    I8 kinds;
    I32 touched;
    F32 gains;
    U64 turns;
    I32 known;
    I32 met;
    F32 agreed;
    F64 ranks;
    F32 left;
    I32 top;
    F32 top_rank;
    I64 counts;
} linking_Room;

typedef struct {
    U32 units;
    I64 starts;
} vocabulary_Letters;

typedef struct {
    I32 heads;
    U32 checks;
    I32 values;
    U64 shift;
} vocabulary_Table;

typedef struct {
    vocabulary_Letters letters;
    vocabulary_Table equal;
    vocabulary_Table near;
    vocabulary_Table keys;
    B8 chinese;
    int64_t words;
} similar_words_Lookup;

typedef struct {
    I64 heads;
    U64 hashes;
    I8 letters;
} vocabulary_Keys;

typedef struct {
    vocabulary_Letters letters;
    vocabulary_Keys keys;
    Cards cards;
    U64 hashes;
    I32 sizes;
    F32 weights;
    I8 kinds;
    U64 parts;
    I32 part_sizes;
    B8 chinese;
} vocabulary_Vocabulary;

typedef struct {
    I32 heads;
    I32 words;
    I8 begins;
    I8 sizes;
} vocabulary_Pieces;

typedef struct {
    similar_words_Lookup lookup;
    vocabulary_Vocabulary vocabulary;
    vocabulary_Pieces pieces;
    I32 entry;
    I8 how;
    F32 weight;
    I8 kind;
    I32 posting_heads;
    I32 postings;
} index_Listed;

typedef struct {
    I32 owner;
    I8 how;
    I64 heads;
    I32 words;
} vocabulary_Forms;

typedef struct {
    I64 heads;
    I32 words;
    F32 shares;
    I8 kinds;
} similar_words_Neighbours;

typedef struct {
    vocabulary_Forms forms;
    vocabulary_Vocabulary vocabulary;
    similar_words_Neighbours neighbours;
    I8 kind;
    I8 problem;
} linking_Asking;

typedef struct {
    hashing_Table prefixes;
    hashing_Table suffixes;
    I32 takes;
    U8 gaps;
} trie_Affixes;

typedef struct {
    hashing_Table steps;
    I32 ends;
    U8 heads;
    U8 shorts;
    U8 spaces;
    trie_Affixes affixes;
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
    I32 whose;
    words_Vocabulary vocabulary;
    hashing_Members other;
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

typedef struct {
    I32 counts;
    I32 entries;
    I32 forms;
    I32 asked;
    F64 odds;
} search_Answers;

EXPORT int64_t approximate_match_all_pieces(const U32 *units, const I64 *first, const U64 *hashes, const I32 *owners);

EXPORT void approximate_match_clear_masks(const U64 *masks, const U32 *key);

EXPORT int64_t approximate_match_distance(const U32 *a, const U32 *b, int64_t most);

EXPORT int64_t approximate_match_find_near(const U32 *word, const approximate_match_Near *near, const approximate_match_Room *room);

EXPORT void approximate_match_mark_near(const U32 *units, const I64 *first, const approximate_match_Near *near, const approximate_match_Room *room, const B8 *found);

EXPORT int64_t approximate_match_masked_distances(const U64 *masks, int64_t size, const U32 *text, int64_t most, const I32 *far);

EXPORT int64_t approximate_match_most_edits(int64_t length);

EXPORT bool approximate_match_same_digits(const U32 *a, const U32 *b);

EXPORT bool approximate_match_set_masks(const U64 *masks, const U32 *key);

EXPORT void fold_fold_lines(const U8 *text, const I64 *offsets, int64_t begin, int64_t end, const rules_FoldTables *tables, const fold_Folded *room, const I32 *units, bool again);

EXPORT void hashing_fill(const hashing_Table *table, const U64 *keys, const I32 *values);

EXPORT void hashing_fill_members(const hashing_Members *members, const U64 *keys);

EXPORT void hashing_hash_units(const U32 *units, const I64 *first, const U64 *hashes);

EXPORT void hashing_look_for(const hashing_Members *members, const U64 *keys, const B8 *found);

EXPORT void hashing_look_up(const hashing_Table *table, const U64 *keys, const I64 *values);

EXPORT void hashing_mix_into(const U64 *values, const U64 *mixed);

EXPORT int64_t hashing_number(const U8 *text, const I64 *offsets, const I64 *slots, const I64 *which, const I64 *first);

EXPORT int64_t heard_hear(const heard_Tree *tree, const heard_Rules *rules, const heard_Readable *asked, const heard_Heard *out);

EXPORT int64_t linking_link_form(const linking_Room *room, const index_Listed *listed, const linking_Asking *asking, int64_t form);

EXPORT bool numbers_check_digit_holds(int64_t number);

EXPORT void scan_scan_blocks(const U8 *text, const I64 *offsets, const scan_Tables *tables, const scan_Room *room, const hits_Hits *hits, const U8 *marks);

EXPORT void search_answer(const index_Listed *listed, const linking_Asking *asking, const F64 *model, const linking_Room *room, const search_Answers *out);

EXPORT double search_bound(const linking_Room *room, const index_Listed *listed, int64_t form);

EXPORT void search_choose(const linking_Room *room, const index_Listed *listed);

EXPORT bool search_comparable(int64_t asked, int64_t listed);

EXPORT int64_t search_gather(const index_Listed *listed, const linking_Asking *asking, const linking_Room *room, const I32 *rows, const F32 *values);

EXPORT void search_measure(const linking_Room *room, const index_Listed *listed, const linking_Asking *asking, int64_t form, int64_t other);

EXPORT void search_meet(const linking_Room *room, const index_Listed *listed);

EXPORT int64_t similar_words_edits(const U32 *one, const U32 *other, int64_t most);

EXPORT int64_t similar_words_file(const vocabulary_Letters *letters, const B8 *use, const U64 *keys, const I32 *values);

EXPORT int64_t similar_words_find(const similar_words_Lookup *lookup, const vocabulary_Vocabulary *asked, const heard_Heard *heard, int64_t first, const I32 *seen, const similar_words_Neighbours *out);

EXPORT int64_t similar_words_most_edits(int64_t size);

EXPORT void trie_find_names(const fold_Folded *room, int64_t n, const trie_Trie *trie, const B8 *strong, const U64 *powers, const I32 *starts, const hits_Hits *hits);

EXPORT void trie_step_keys(const I64 *nodes, const I64 *units, const U64 *keys);

EXPORT void triggers_look(const U8 *text, const I64 *offsets, const U16 *kinds, const B8 *marked);

EXPORT void vocabulary_hash_words(const vocabulary_Letters *letters, const U64 *hashes);

EXPORT void vocabulary_mark_letters(const vocabulary_Letters *letters, const U32 *marks);

EXPORT void vocabulary_mark_systems(const U64 *hashes, const I8 *letters, const U64 *out);

EXPORT void vocabulary_mix_into(const U64 *hashes, const U64 *out);

EXPORT int64_t vocabulary_split(const vocabulary_Forms *forms, const vocabulary_Vocabulary *vocabulary, const vocabulary_Pieces *pieces, const U64 *hashes, const U64 *sounds);

EXPORT void words_fill_vocabulary(const U32 *slots, const U64 *keys, const I32 *flags);

EXPORT int64_t words_hash_line_words(const U8 *text, const I64 *offsets, const rules_FoldTables *tables, const fold_Folded *room, const U64 *powers, const words_Words *words, const U64 *hashes);

EXPORT void words_hash_lines(const U8 *text, const I64 *offsets, const rules_FoldTables *tables, const fold_Folded *room, const U64 *hashes);
