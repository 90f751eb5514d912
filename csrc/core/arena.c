/* SPDX-License-Identifier: Apache-2.0
 * arena: bump allocation for one item or batch, wiped as a whole. */
#include "core/memory.h"

#define BLOCK_SIZE ((size_t)8 * 1024)
#define ALIGNMENT (sizeof(max_align_t) > 16 ? sizeof(max_align_t) : (size_t)16)

struct ddbc_arena_block {
    ddbc_arena_block *next;
    size_t size; /* of `data` */
    size_t used;
    _Alignas(max_align_t) uint8_t data[];
};

void ddbc_arena_init(ddbc_arena *arena, const ddbc_allocator *allocator)
{
    arena->allocator = allocator;
    arena->first = NULL;
    arena->current = NULL;
    arena->held = 0;
}

static ddbc_arena_block *new_block(ddbc_arena *arena, size_t size)
{
    if (size > SIZE_MAX - sizeof(ddbc_arena_block)) {
        return NULL;
    }
    ddbc_arena_block *block = ddbc_acquire(arena->allocator, sizeof *block + size);
    if (block != NULL) {
        block->next = NULL;
        block->size = size;
        block->used = 0;
        arena->held += size;
    }
    return block;
}

/* A block of at least `size` after the current one: of those that a reset kept the first that is large enough, moved up so
 * that the smaller ones before it stay at hand. */
static ddbc_arena_block *next_block(ddbc_arena *arena, size_t size)
{
    ddbc_arena_block **place = arena->current == NULL ? &arena->first : &arena->current->next;
    ddbc_arena_block **link = place;
    while (*link != NULL && (*link)->size < size) {
        link = &(*link)->next;
    }
    ddbc_arena_block *block = *link;
    if (block != NULL) {
        *link = block->next;
    } else {
        block = new_block(arena, size > BLOCK_SIZE ? size : BLOCK_SIZE);
    }
    if (block != NULL) {
        block->next = *place;
        *place = block;
    }
    return block;
}

void *ddbc_arena_alloc(ddbc_arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT) {
        return NULL;
    }
    /* An address of its own even for nothing. */
    size_t rounded = (size == 0 ? 1 : size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    if (rounded == 0) {
        rounded = ALIGNMENT;
    }
    ddbc_arena_block *block = arena->current;
    if (block == NULL || block->size - block->used < rounded) {
        block = next_block(arena, rounded);
        if (block == NULL) {
            return NULL;
        }
        arena->current = block;
    }
    void *result = block->data + block->used;
    block->used += rounded;
    return result;
}

void *ddbc_arena_array(ddbc_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    return ddbc_arena_alloc(arena, count * size);
}

void ddbc_arena_reset(ddbc_arena *arena, size_t keep)
{
    bool all_stay = arena->held <= keep;
    /* Blocks after the current one are as the last reset left them. */
    const ddbc_arena_block *end = arena->current == NULL ? NULL : arena->current->next;
    size_t kept = 0;
    ddbc_arena_block **link = &arena->first;
    while (*link != NULL && !(all_stay && *link == end)) {
        ddbc_arena_block *block = *link;
        if (block->size > keep - kept) {
            *link = block->next;
            arena->held -= block->size;
            ddbc_release(arena->allocator, block, sizeof *block + block->size);
            continue;
        }
        kept += block->size;
        ddbc_wipe(block->data, block->used);
        block->used = 0;
        link = &block->next;
    }
    arena->current = arena->first;
}
