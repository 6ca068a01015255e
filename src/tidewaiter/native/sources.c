/* Digest of the files that the library was built from: Python refuses a library of others. */
#include "native/arrays.h"

EXPORT const char native_sources[] = "sources " SOURCES;
