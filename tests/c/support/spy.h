/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocator that watches: it counts, it can fail on demand, and whenever a block goes back it looks whether the
 * block was wiped and whether a secret is in it. The same for libcrypto's own blocks. For one thread. */
#ifndef TEST_SPY_H
#define TEST_SPY_H

#include "ddbcrypt.h"

/* So many bytes of a secret in a row count as a find: a partial wipe is no wipe. */
#define SPY_WINDOW 8
#define SPY_SECRETS_MAX 32

typedef struct spy_block spy_block;

typedef struct spy {
    spy_block *blocks; /* those alive */
    size_t live_blocks;
    size_t live_bytes;
    size_t acquired;    /* calls so far, failed ones too */
    size_t fail_at;     /* the call, from 1, that gets no memory, and all after it; 0 for none */
    size_t fail_only;   /* the one call, from 1, that gets no memory; 0 for none */
    size_t failures;    /* calls that got no memory */
    size_t unwiped;     /* blocks that came back with a byte other than zero */
    size_t wrong_sizes; /* blocks that came back with another size than they had */
    size_t leaked;      /* blocks that came back with a secret in them */
    ddbc_bytes secrets[SPY_SECRETS_MAX];
    size_t secret_count;
    uint8_t hashes[65536]; /* whether a secret has a window of this hash */
} spy;

void spy_init(spy *s);
/* `secret` is a view that stays valid. Shorter than SPY_WINDOW: refused, as it would be found by chance. */
void spy_add_secret(spy *s, ddbc_bytes secret);
void spy_forget_secrets(spy *s);
ddbc_allocator spy_allocator(spy *s);
/* How many of the blocks alive hold a secret. */
size_t spy_live_secrets(const spy *s);
bool spy_holds_secret(const spy *s, const void *block, size_t size);

/* Puts `s` under libcrypto's allocations. Call it before anything else of libcrypto, once a process. */
void spy_watch_libcrypto(spy *s);

#endif
