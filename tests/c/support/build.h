/* SPDX-License-Identifier: Apache-2.0
 *
 * A rig (engine, workspace, status), and short ways to put an item together. Everything built lives in the rig's
 * workspace. */
#ifndef TEST_BUILD_H
#define TEST_BUILD_H

#include "harness.h"

typedef struct rig {
    ddbc_engine *engine;
    ddbc_workspace *workspace;
    ddbc_status status;
} rig;

/* `allocator` may be NULL. */
rig rig_open(const ddbc_allocator *allocator);
void rig_close(rig *r);

ddbc_bytes view(const char *text);
#define VIEW_OF(array) ((ddbc_bytes){(const uint8_t *)(array), sizeof(array)})
/* From hexadecimal; blanks are skipped. */
ddbc_bytes from_hex(rig *r, const char *hex);
/* A copy in the rig's workspace. */
ddbc_bytes copy_of(rig *r, ddbc_bytes bytes);
bool same_bytes(ddbc_bytes a, ddbc_bytes b);
/* A heap block of exactly the view's size, so that a sanitizer sees one byte read past its end. Give it to free(). */
uint8_t *exact(ddbc_bytes bytes);

ddbc_key *key_of(rig *r, ddbc_algorithm algorithm, ddbc_bytes raw);
/* 32 bytes counting up from `first`. */
ddbc_key *counting_key(rig *r, ddbc_algorithm algorithm, uint8_t first);

ddbc_attribute make_s(const char *text);
ddbc_attribute make_b(ddbc_bytes bytes);
ddbc_attribute make_n(rig *r, const char *text);
ddbc_attribute make_bool(bool value);
ddbc_attribute make_null(void);
/* The members follow, `const char *`, ended by NULL. */
ddbc_attribute make_ss(rig *r, ...);
ddbc_attribute make_ns(rig *r, ...);
/* The members follow, in hexadecimal, ended by NULL. */
ddbc_attribute make_bs(rig *r, ...);
/* The members follow, `ddbc_attribute`. */
ddbc_attribute make_l(rig *r, size_t count, ...);
/* Pairs of `const char *` and `ddbc_attribute` follow. */
ddbc_attribute make_m(rig *r, size_t count, ...);
/* `levels` lists around `inner`: its depth becomes levels + 1. */
ddbc_attribute make_nested(rig *r, size_t levels, ddbc_attribute inner);
/* One of every type, over two levels. */
ddbc_attribute make_everything(rig *r);

/* Equal in type, order and content; numbers by canonical form. */
bool same_attribute(const ddbc_attribute *a, const ddbc_attribute *b);
/* Canonical bytes in the Python dialect, in the rig's workspace. */
ddbc_bytes canonical(rig *r, const ddbc_attribute *attribute);

ddbc_item_attribute item_attribute(const char *name, ddbc_action action, ddbc_attribute value);
/* An item of the `count` attributes that follow, each `ddbc_item_attribute`. */
ddbc_item make_item(rig *r, size_t count, ...);
/* Another array of attributes over the same values, to be changed by encrypt or decrypt. */
ddbc_item clone_item(rig *r, ddbc_item item);
ddbc_item_attribute *find_attribute(ddbc_item item, const char *name);

#endif
