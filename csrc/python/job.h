/* SPDX-License-Identifier: Apache-2.0
 * Arguments of encrypt_item, decrypt_item and string_to_sign to an engine's job. */
#ifndef DDBC_PYTHON_JOB_H
#define DDBC_PYTHON_JOB_H

#include "marshal.h"

enum { SCOPE_ARGUMENTS = 3, JOB_ARGUMENTS = 7 };

/* What a job is given besides its item; it serves any number of items until the call's workspace is wiped. */
typedef struct job_settings {
    ddbc_legacy_job job; /* that a job begins as */
    ddbc_action default_action;
    PyObject *actions;      /* dict, held */
    bool reads_description; /* it is in the item, else the caller gives it */
} job_settings;

/* A job and the objects that its result is built from (all held by the call but `sinks`). */
typedef struct python_job {
    ddbc_legacy_job *job;
    PyObject **names;             /* of the item's attributes */
    PyObject **sinks;             /* bytes that large results are written to, or NULL each; owned */
    PyObject *stored_description; /* values of the reserved attributes of a stored item, or NULL */
    PyObject *stored_signature;
    bool large; /* there is a stored value that is worth a sink once it is verified */
} python_job;

/* Table name, default action, actions, cipher key or None, signing key, description, dialect or options. */
bool job_settings_in(call *c, bool encrypting, PyObject *const arguments[JOB_ARGUMENTS], job_settings *out);
/* The first three of them, for a string to sign. */
bool job_scope_in(call *c, PyObject *const arguments[SCOPE_ARGUMENTS], job_settings *out);
/* An item to a job: `out` is zero but for its `job`, which is set whole. */
bool job_in(call *c, notation in, bool encrypting, PyObject *item, const job_settings *settings, python_job *out);
/* Makes the sinks for a verified job's large binaries. */
bool job_make_sinks(python_job *job);
void job_drop_sinks(python_job *job);
/* The encrypted or decrypted item; NULL with an exception set. */
PyObject *job_out(call *c, notation out, bool encrypted, python_job *job);

/* A dict of str to str. */
bool pairs_in(call *c, PyObject *dict, ddbc_pair **out, size_t *out_count);

#endif
