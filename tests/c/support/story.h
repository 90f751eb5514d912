/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything that the engine does, on values known to be secret: material for tests that watch its memory. The values are
 * built in a rig of their own; only the engine under test allocates from the watched allocator. */
#ifndef TEST_STORY_H
#define TEST_STORY_H

#include "job.h"
#include "spy.h"

typedef struct story {
    rig source; /* holds the values */
    ddbc_item plaintext;
    ddbc_item stored;
    ddbc_bytes signature;
    ddbc_bytes description;
} story;

story story_open(void);
void story_close(story *s);

/* The keys' bytes and their HMAC pads. */
void story_add_keys(story *s, spy *watch);
/* The plaintext values, and canonical bytes of some. */
void story_add_values(story *s, spy *watch);
/* Both. */
void story_add_secrets(story *s, spy *watch);

ddbc_bytes story_cipher_raw(void);
ddbc_bytes story_signing_raw(void);

/* One way through the engine; `r` is the rig under test. True for success; a failure is in the rig's status. */
typedef bool (*story_step)(story *s, rig *r, keys *k);

typedef struct story_path {
    const char *name;
    story_step run;
    ddbc_code expected; /* DDBC_OK for success */
} story_path;

extern const story_path story_paths[];
extern const size_t story_path_count;

/* Engine, workspace, keys and one path, each made and freed; every result is let go before. */
bool story_run(story *s, const ddbc_allocator *allocator, const story_path *path, ddbc_status *status);

#endif
