/* SPDX-License-Identifier: Apache-2.0
 * Memory that is wiped before it goes back, and the arena on top of it. */
#ifndef DDBC_CORE_MEMORY_H
#define DDBC_CORE_MEMORY_H

#include "ddbcrypt.h"

/* malloc and free. */
ddbc_allocator ddbc_default_allocator(void);
void *ddbc_acquire(const ddbc_allocator *allocator, size_t size);
/* Wipes, then releases; accepts NULL. */
void ddbc_release(const ddbc_allocator *allocator, void *block, size_t size);
void ddbc_wipe(void *block, size_t size);
/* Compares in a time that does not depend on where the two differ. */
bool ddbc_same_secret(const void *left, const void *right, size_t size);

typedef struct ddbc_arena_block ddbc_arena_block;

/* Bump allocation in blocks. Blocks that a reset kept are used again in their order. */
typedef struct ddbc_arena {
    const ddbc_allocator *allocator;
    ddbc_arena_block *first;
    ddbc_arena_block *current;
    size_t held; /* bytes of all blocks */
} ddbc_arena;

void ddbc_arena_init(ddbc_arena *arena, const ddbc_allocator *allocator);
void *ddbc_arena_alloc(ddbc_arena *arena, size_t size);
/* `count * size` with overflow checked. */
void *ddbc_arena_array(ddbc_arena *arena, size_t count, size_t size);
/* Wipes what was handed out; frees blocks beyond `keep` bytes. */
void ddbc_arena_reset(ddbc_arena *arena, size_t keep);

#endif
