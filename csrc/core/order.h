/* SPDX-License-Identifier: Apache-2.0
 * Orders of names and set members, and the sorting of views by them. */
#ifndef DDBC_CORE_ORDER_H
#define DDBC_CORE_ORDER_H

#include "ddbcrypt.h"

typedef int (*ddbc_compare)(const void *left, const void *right);

/* Each compares two things whose first member is a ddbc_bytes. */
int ddbc_compare_unsigned(const void *left, const void *right); /* UTF-8: by code point */
int ddbc_compare_utf16(const void *left, const void *right);    /* UTF-8: by UTF-16 code unit */
int ddbc_compare_signed(const void *left, const void *right);   /* bytes as -128..127, as Java has them */

/* Sorts `count` things of `size` bytes. Fast for the few dozen that items have. */
void ddbc_sort(void *things, size_t count, size_t size, ddbc_compare compare);
bool ddbc_bytes_equal(ddbc_bytes left, ddbc_bytes right);

/* Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms). */
bool ddbc_utf8_valid(ddbc_bytes text);

#endif
