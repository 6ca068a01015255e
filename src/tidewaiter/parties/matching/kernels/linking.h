/* Links of the words of a list to the pieces of a query form. */
#pragma once

#include "parties/matching/kernels/alignment.h"

/* A link: the next one of the same word, and a piece of the query. */
static inline int32_t linking_next(const linking_Room *room, int32_t link)
{
    return room->links.at[link];
}

static inline Piece linking_piece(const linking_Room *room, int32_t link)
{
    const int32_t *begins = room->links.at + room->links.m, *sizes = begins + room->links.m;
    return (Piece){begins[link], sizes[link]};
}

/* Return the first link of a word of the list; -1 if it has none. */
static inline int32_t linking_first(const linking_Room *room, int32_t word)
{
    // The low bits fit the cache, and few words have a link.
    return room->linked.at[word & LINKING_LOW_BITS] ? room->link_of.at[word] : -1;
}

/* Fill the other side with the words of a form of the list. */
void linking_fill_listed(const linking_Room *room, const index_Listed *listed, int32_t form);
