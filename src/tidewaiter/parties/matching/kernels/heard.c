#include "native/records.h"

#include <stdlib.h>

enum {
    STATES = 1024,  // parts of the tree that are known at one letter
    SLOTS = 2048,   // a power of two
    SLOT_BITS = 11,
    BUSY = STATES / 2,  // then nothing is inserted
    RING = HEARD_CHUNK + 1,
    FREE = -1
};

/* Part of the tree that was reached, and the lowest cost of that. */
typedef struct {
    int32_t node;
    float cost;
} State;

/* The parts of the tree reached at one letter of the word asked about. */
typedef struct {
    int32_t count;
    State states[STATES];
    int16_t slots[SLOTS];  // place of a node among the states, by hash
} Layer;

/* Spellings of a row, from the first to the one after the last. */
typedef struct {
    int32_t begin;
    int32_t end;
} Spelled;

/* A search for one word. */
typedef struct {
    const heard_Tree *tree;
    const heard_Rules *rules;
    const heard_Readable *asked;
    int64_t begin;  // first place of the word
    int64_t end;    // its last place
    Layer *layers;  // RING of them, in turn
} Search;

static void clear(Layer *layer)
{
    layer->count = 0;
    memset(layer->slots, FREE, sizeof layer->slots);
}

/* Return the slot of a node: its own, or the free one where it belongs. */
static int16_t *slot_of(Layer *layer, int32_t node)
{
    uint32_t at = (uint32_t)node * UINT32_C(2654435761) >> (32 - SLOT_BITS);
    while (layer->slots[at] != FREE && layer->states[layer->slots[at]].node != node) {
        at = (at + 1) & (SLOTS - 1);
    }
    return layer->slots + at;
}

static int by_cost(const void *one, const void *other)
{
    const State *a = one, *b = other;
    if (a->cost != b->cost) {
        return a->cost < b->cost ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

/* Keep the best states of a layer: those that explain most of the letters read. */
static void keep_best(const Search *search, Layer *layer)
{
    const float *prices = search->tree->costs.at;
    for (int32_t at = 0; at < layer->count; at++) {
        layer->states[at].cost -= 0.6F * prices[layer->states[at].node];
    }
    qsort(layer->states, (size_t)layer->count, sizeof(State), by_cost);
    int32_t kept = (int32_t)min_of(layer->count, search->rules->beam);
    clear(layer);
    for (int32_t at = 0; at < kept; at++) {
        layer->states[at].cost += 0.6F * prices[layer->states[at].node];
        *slot_of(layer, layer->states[at].node) = (int16_t)at;
        layer->count++;
    }
}

/* Return whether a word that begins like this may still be found. */
static bool may_end(const Search *search, int64_t place, int32_t node, double cost)
{
    const float *before = search->asked->costs.at;
    double lost = 1 - search->rules->least;
    double most = lost * (before[search->end] + search->tree->highest.at[node]);
    double here = lost * (before[place] + search->tree->costs.at[node]) + search->rules->slack;
    return cost <= most && cost <= here;
}

/* Add a state, or lower its cost. */
static void reach(const Search *search, int64_t place, int32_t node, double cost)
{
    if (!may_end(search, place, node, cost)) {
        return;
    }
    Layer *layer = search->layers + place % RING;
    if (layer->count == STATES) {
        keep_best(search, layer);
    }
    int16_t *slot = slot_of(layer, node);
    if (*slot == FREE) {
        *slot = (int16_t)layer->count;
        layer->states[layer->count] = (State){node, (float)cost};
        layer->count++;
    } else if (cost < layer->states[*slot].cost) {
        layer->states[*slot].cost = (float)cost;
    }
}

/* Return the child of a node by a letter; 0: there is none. */
static int32_t child_of(const heard_Tree *tree, int32_t node, uint32_t letter)
{
    int32_t low = tree->children.at[node], high = tree->children.at[node + 1];
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (tree->letters.at[middle] < letter) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < tree->children.at[node + 1] && tree->letters.at[low] == letter ? low : 0;
}

/* Return the first spelling of a range whose first letter is not below a letter. */
static int32_t spelling_from(const heard_Rules *rules, int32_t low, int32_t high, uint32_t letter)
{
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (rules->letters.at[rules->starts.at[middle]] < letter) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Read letters by the spellings that begin with the letter of a child. */
static void read_child(const Search *search, State from, int32_t child, Spelled spelled,
                       int64_t place)
{
    const heard_Rules *rules = search->rules;
    uint32_t letter = search->tree->letters.at[child];
    int32_t at = spelling_from(rules, spelled.begin, spelled.end, letter);
    for (; at < spelled.end && rules->letters.at[rules->starts.at[at]] == letter; at++) {
        int32_t node = child, end = rules->starts.at[at + 1];
        for (int32_t next = rules->starts.at[at] + 1; next < end && node; next++) {
            node = child_of(search->tree, node, rules->letters.at[next]);
        }
        if (node) {
            reach(search, place, node, from.cost + rules->costs.at[at]);
        }
    }
}

/* Read letters by all spellings of a row: those of no letter come first, then by first letter. */
static void read_row(const Search *search, State from, int32_t row, int64_t place)
{
    const heard_Rules *rules = search->rules;
    const heard_Tree *tree = search->tree;
    Spelled spelled = {rules->heads.at[row], rules->heads.at[row + 1]};
    while (spelled.begin < spelled.end &&
           rules->starts.at[spelled.begin] == rules->starts.at[spelled.begin + 1]) {
        reach(search, place, from.node, from.cost + rules->costs.at[spelled.begin]);
        spelled.begin++;
    }
    int32_t first = tree->children.at[from.node], last = tree->children.at[from.node + 1];
    if (last - first <= spelled.end - spelled.begin) {
        for (int32_t child = first; child < last; child++) {
            read_child(search, from, child, spelled, place);
        }
        return;
    }
    while (spelled.begin < spelled.end) {
        uint32_t letter = rules->letters.at[rules->starts.at[spelled.begin]];
        int32_t child = child_of(tree, from.node, letter);
        if (child) {
            read_child(search, from, child, spelled, place);
        }
        do {
            spelled.begin++;
        } while (spelled.begin < spelled.end &&
                 rules->letters.at[rules->starts.at[spelled.begin]] == letter);
    }
}

/* Continue from all states at a letter: listed letters are inserted, then letters are read. */
static void advance(const Search *search, int64_t place)
{
    const heard_Tree *tree = search->tree;
    const heard_Readable *asked = search->asked;
    Layer *layer = search->layers + place % RING;
    if (layer->count > search->rules->beam) {
        keep_best(search, layer);
    }
    for (int32_t at = 0; at < layer->count; at++) {
        State from = layer->states[at];
        int32_t end = tree->children.at[from.node + 1];
        for (int32_t child = tree->children.at[from.node]; child < end; child++) {
            if (layer->count < BUSY) {
                bool doubled = tree->letters.at[child] == tree->letters.at[from.node];
                double extra = doubled ? HEARD_DOUBLED : tree->extra.at[child];
                reach(search, place, child, from.cost + extra);
            }
        }
    }
    for (int32_t at = 0; at < layer->count; at++) {
        State from = layer->states[at];
        for (int64_t arc = asked->arcs.at[place]; arc < asked->arcs.at[place + 1]; arc++) {
            int8_t size = asked->sizes.at[arc];
            if (size > 0 || layer->count < BUSY) {
                read_row(search, from, asked->rows.at[arc], place + size);
            }
        }
        if (place < search->end) {
            reach(search, place + 1, from.node, from.cost + asked->extra.at[place]);
        }
    }
}

/* Append the words that were found, the best first; return how many. */
static int64_t write_found(const Search *search, const heard_Heard *out, int64_t total)
{
    const heard_Tree *tree = search->tree;
    const Layer *layer = search->layers + search->end % RING;
    int64_t count = 0;
    for (int32_t at = 0; at < layer->count; at++) {
        State state = layer->states[at];
        double price = search->asked->costs.at[search->end] + tree->costs.at[state.node];
        double share = price > 0 ? 1 - state.cost / price : 0;
        if (share < search->rules->least) {
            continue;
        }
        for (int32_t word = tree->heads.at[state.node]; word < tree->heads.at[state.node + 1];
             word++) {
            int64_t to = count < HEARD_MOST ? count++ : HEARD_MOST;
            for (; to > 0 && out->shares.at[total + to - 1] < (float)share; to--) {
                if (to < HEARD_MOST) {
                    out->shares.at[total + to] = out->shares.at[total + to - 1];
                    out->words.at[total + to] = out->words.at[total + to - 1];
                }
            }
            if (to < HEARD_MOST) {
                out->shares.at[total + to] = (float)share;
                out->words.at[total + to] = tree->words.at[word];
            }
        }
    }
    return count;
}

int64_t heard_hear(const heard_Tree *tree, const heard_Rules *rules, const heard_Readable *asked,
                   const heard_Heard *out)
{
    Layer layers[RING];
    Search search = {tree, rules, asked, 0, 0, layers};
    int64_t total = 0;
    for (int64_t word = 0; word + 1 < asked->heads.n; word++) {
        search.begin = asked->heads.at[word];
        search.end = asked->heads.at[word + 1] - 1;
        if (search.begin < search.end) {
            for (int64_t ring = 0; ring < RING; ring++) {
                clear(search.layers + ring);
            }
            Layer *first = search.layers + search.begin % RING;
            first->states[0] = (State){0, 0};
            *slot_of(first, 0) = 0;
            first->count = 1;
            for (int64_t place = search.begin; place <= search.end; place++) {
                if (place > search.begin) {
                    clear(search.layers + (place - 1) % RING);
                }
                advance(&search, place);
            }
            total += write_found(&search, out, total);
        }
        out->heads.at[word + 1] = total;
    }
    return total;
}
