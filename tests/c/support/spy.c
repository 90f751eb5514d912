/* SPDX-License-Identifier: Apache-2.0 */
#include "spy.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

struct spy_block {
    spy_block *next;
    spy_block *previous;
    size_t size;
    _Alignas(max_align_t) uint8_t data[];
};

static spy_block *block_of(void *data)
{
    return (spy_block *)(void *)((uint8_t *)data - offsetof(spy_block, data));
}

void spy_init(spy *s)
{
    memset(s, 0, sizeof *s);
}

/* A 16-bit hash of a window, so that memory without secrets is passed over fast. */
static size_t hash_of(const uint8_t *window)
{
    uint64_t value;
    memcpy(&value, window, SPY_WINDOW);
    return (size_t)(value * UINT64_C(0x9e3779b97f4a7c15) >> 48);
}

void spy_add_secret(spy *s, ddbc_bytes secret)
{
    CHECK(s->secret_count < SPY_SECRETS_MAX);
    CHECK(secret.len >= SPY_WINDOW);
    s->secrets[s->secret_count++] = secret;
    for (size_t i = 0; i + SPY_WINDOW <= secret.len; i++) {
        s->hashes[hash_of(secret.ptr + i)] = 1;
    }
}

void spy_forget_secrets(spy *s)
{
    s->secret_count = 0;
    memset(s->hashes, 0, sizeof s->hashes);
}

static bool window_is_secret(const spy *s, const uint8_t *window)
{
    for (size_t i = 0; i < s->secret_count; i++) {
        for (size_t at = 0; at + SPY_WINDOW <= s->secrets[i].len; at++) {
            if (memcmp(window, s->secrets[i].ptr + at, SPY_WINDOW) == 0) {
                return true;
            }
        }
    }
    return false;
}

bool spy_holds_secret(const spy *s, const void *block, size_t size)
{
    /* Without secrets nothing is to be read: libcrypto frees blocks with bytes that were never set. */
    if (s->secret_count == 0) {
        return false;
    }
    const uint8_t *bytes = block;
    for (size_t i = 0; i + SPY_WINDOW <= size; i++) {
        if (s->hashes[hash_of(bytes + i)] != 0 && window_is_secret(s, bytes + i)) {
            return true;
        }
    }
    return false;
}

size_t spy_live_secrets(const spy *s)
{
    size_t found = 0;
    for (const spy_block *block = s->blocks; block != NULL; block = block->next) {
        found += spy_holds_secret(s, block->data, block->size) ? 1 : 0;
    }
    return found;
}

static void *take(spy *s, size_t size)
{
    s->acquired++;
    bool fail = (s->fail_at != 0 && s->acquired >= s->fail_at) || (s->fail_only != 0 && s->acquired == s->fail_only);
    /* Sizes that no machine has are no memory, not a sanitizer's complaint. */
    if (fail || size > SIZE_MAX / 65536) {
        s->failures++;
        return NULL;
    }
    spy_block *block = malloc(sizeof *block + size);
    if (block == NULL) {
        return NULL;
    }
    /* Not zero: memory that the engine reads before it writes must show. */
    memset(block->data, 0xa5, size);
    block->size = size;
    block->previous = NULL;
    block->next = s->blocks;
    if (s->blocks != NULL) {
        s->blocks->previous = block;
    }
    s->blocks = block;
    s->live_blocks++;
    s->live_bytes += size;
    return block->data;
}

static void give_back(spy *s, spy_block *block)
{
    s->leaked += spy_holds_secret(s, block->data, block->size) ? 1 : 0;
    if (block->previous == NULL) {
        s->blocks = block->next;
    } else {
        block->previous->next = block->next;
    }
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
    s->live_blocks--;
    s->live_bytes -= block->size;
    free(block);
}

static void *spy_acquire(void *context, size_t size)
{
    return take(context, size);
}

static void spy_release(void *context, void *data, size_t size)
{
    spy *s = context;
    spy_block *block = block_of(data);
    s->wrong_sizes += block->size != size ? 1 : 0;
    for (size_t i = 0; i < block->size; i++) {
        if (block->data[i] != 0) {
            s->unwiped++;
            break;
        }
    }
    give_back(s, block);
}

ddbc_allocator spy_allocator(spy *s)
{
    return (ddbc_allocator){spy_acquire, spy_release, s};
}

/* libcrypto's hooks carry no context. */
static spy *libcrypto_spy;

static void *libcrypto_acquire(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return size == 0 ? NULL : take(libcrypto_spy, size);
}

static void libcrypto_release(void *data, const char *file, int line)
{
    (void)file;
    (void)line;
    if (data != NULL) {
        give_back(libcrypto_spy, block_of(data));
    }
}

static void *libcrypto_resize(void *data, size_t size, const char *file, int line)
{
    if (data == NULL) {
        return libcrypto_acquire(size, file, line);
    }
    if (size == 0) {
        libcrypto_release(data, file, line);
        return NULL;
    }
    void *bigger = take(libcrypto_spy, size);
    if (bigger != NULL) {
        size_t old = block_of(data)->size;
        memcpy(bigger, data, old < size ? old : size);
        libcrypto_release(data, file, line);
    }
    return bigger;
}

void spy_watch_libcrypto(spy *s)
{
    libcrypto_spy = s;
    CHECK(CRYPTO_set_mem_functions(libcrypto_acquire, libcrypto_resize, libcrypto_release) == 1);
}
