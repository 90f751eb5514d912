/* SPDX-License-Identifier: Apache-2.0
 * Arguments of encrypt_item, decrypt_item and string_to_sign to an engine's job. */
#ifndef DDBC_PYTHON_JOB_H
#define DDBC_PYTHON_JOB_H

#include "marshal.h"

enum { JOB_ARGUMENTS = 8 };

/* A job and the objects that its result is built from (all held by the call but `sinks`). */
typedef struct python_job {
    ddbc_legacy_job job;
    PyObject **names;             /* of the item's attributes */
    PyObject **sinks;             /* bytes that large results are written to, or NULL each; owned */
    PyObject *stored_description; /* values of the reserved attributes of a stored item, or NULL */
    PyObject *stored_signature;
    bool large; /* there is a stored value that is worth a sink once it is verified */
} python_job;

/* item, table name, default action, actions, cipher key or None, signing key, description, dialect or options. */
bool job_in(call *c, notation in, bool encrypting, PyObject *const arguments[JOB_ARGUMENTS], python_job *out);
/* Only item, table name, default action and actions. */
bool job_item_in(call *c, notation in, bool encrypting, PyObject *const arguments[4], python_job *out);
/* Makes the sinks for a verified job's large binaries. */
bool job_make_sinks(python_job *job);
void job_drop_sinks(python_job *job);
/* The encrypted or decrypted item; NULL with an exception set. */
PyObject *job_out(call *c, notation out, bool encrypted, python_job *job);

/* A dict of str to str. */
bool pairs_in(call *c, PyObject *dict, ddbc_pair **out, size_t *out_count);

#endif
