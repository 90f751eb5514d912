/* SPDX-License-Identifier: Apache-2.0
 * Arguments of the structured_* functions to an engine's job. */
#ifndef DDBC_PYTHON_STRUCTURED_JOB_H
#define DDBC_PYTHON_STRUCTURED_JOB_H

#include "ddbcrypt_structured.h"
#include "marshal.h"

/* A job and the objects that its result is built from (all held by the call but `sinks`). */
typedef struct structured_job {
    ddbc_structured_job *job;
    PyObject **names;        /* of the item's attributes */
    PyObject **sinks;        /* bytes that large results are written to, or NULL each; owned */
    PyObject *stored_header; /* values of the reserved attributes of a stored item, or NULL */
    PyObject *stored_footer;
    bool odd_names; /* one is of a class of its own, whose hash is code */
    bool encrypted; /* the item has a header */
} structured_job;

/* How an item's attributes get their actions. */
typedef enum item_use {
    USE_ENCRYPT, /* by configuration; reserved names are left in, for the engine to refuse */
    USE_DECRYPT, /* by signature scope */
    USE_EITHER   /* USE_DECRYPT where there is a header, else USE_ENCRYPT */
} item_use;

/* `out` is zero but for its `job`, which is set whole. An item, (table, partition key, sort key or None, actions, names that may be unsigned, prefix or None), and materials
 * or NULL. */
bool structured_item_in(call *c, notation in, item_use use, PyObject *item, PyObject *plan, PyObject *materials,
                        structured_job *out);
/* (suite, ((Key, namespace, name), ...)) with raw AES keys, of which the engine makes materials; or those themselves,
 * (suite, data key, data keys, context, required names, signing or verification key
 * or None, tag keys). */
bool structured_materials_in(call *c, PyObject *materials, structured_job *out);
/* Room in Python's own bytes for large results; to decrypt, the job must be resolved. */
bool structured_make_sinks(structured_job *job, bool encrypting);
void structured_drop_sinks(structured_job *job);
/* The encrypted or decrypted item; NULL with an exception set. */
PyObject *structured_item_out(call *c, notation out, bool encrypting, structured_job *job);

/* A mapping of str to str. */
bool text_pairs_in(call *c, PyObject *mapping, ddbc_pair **out, size_t *out_count);

#endif
