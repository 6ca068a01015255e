/* Arrays as Python passes them: the address, the number of rows, and the length of a row (1 for a
   one-dimensional array). Arrays are contiguous; records.h, which is made, holds the rest. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ARRAY_OF(NAME, TYPE) \
    typedef struct {         \
        TYPE *at;            \
        int64_t n;           \
        int64_t m;           \
    } NAME

ARRAY_OF(B8, bool);
ARRAY_OF(I8, int8_t);
ARRAY_OF(I16, int16_t);
ARRAY_OF(I32, int32_t);
ARRAY_OF(I64, int64_t);
ARRAY_OF(U8, uint8_t);
ARRAY_OF(U16, uint16_t);
ARRAY_OF(U32, uint32_t);
ARRAY_OF(U64, uint64_t);
ARRAY_OF(F32, float);
ARRAY_OF(F64, double);

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

static inline int64_t min_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}
