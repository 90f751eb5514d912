/* SPDX-License-Identifier: Apache-2.0
 * Many items in one call, whatever the format: a group of them at a time goes in, is worked on, and comes out. */
#ifndef DDBC_PYTHON_BATCH_H
#define DDBC_PYTHON_BATCH_H

#include "marshal.h"

/* What a format does with a group of items. `group` is the format's own; items are counted from the group's first. */
typedef struct batch_format {
    /* Room for `capacity` jobs, in the workspace, which was wiped since the last group. */
    bool (*begin)(void *group, size_t capacity);
    /* Takes in item `index` of the batch as number `place` of the group. */
    bool (*take)(void *group, size_t index, size_t place);
    /* Encrypts, or verifies and decrypts, the first `count`. */
    bool (*work)(void *group, size_t count, size_t *failed);
    /* Whether giving the item runs no Python code. */
    bool (*is_quiet)(const void *group, size_t place);
    /* The finished item; NULL with a failure. */
    PyObject *(*give)(void *group, size_t place);
    /* Wipes and lets go of what the first `count` still own, one that could not be taken in among them. */
    void (*drop)(void *group, size_t count);
} batch_format;

/* Whether an item of the tree becomes Python objects without any Python code. `odd_names`: one of its names is of a class
 * of its own, whose hash is code. */
bool batch_is_quiet(call *c, notation out, const ddbc_item *item, bool odd_names);

/* A list of all `count` items; or NULL with an exception, of the first item that failed, set: no item is given then. */
PyObject *batch_run(call *c, const batch_format *format, void *group, size_t count);

#endif
