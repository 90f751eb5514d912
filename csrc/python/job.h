/* SPDX-License-Identifier: Apache-2.0
 * Arguments of encrypt_item, decrypt_item and string_to_sign to an engine's job. */
#ifndef DDBC_PYTHON_JOB_H
#define DDBC_PYTHON_JOB_H

#include "marshal.h"

enum { SCOPE_ARGUMENTS = 3, JOB_ARGUMENTS = 7 };

/* What an attribute is by its name. */
typedef enum name_kind { NAME_ATTRIBUTE, NAME_DESCRIPTION, NAME_SIGNATURE } name_kind;

/* A name that is read: a str, held, and what it stands for. */
typedef struct read_name {
    PyObject *name;
    ddbc_bytes text;
    name_kind kind;
    ddbc_action action; /* of NAME_ATTRIBUTE */
} read_name;

/* Names of the items before, by their place in the dict: items of one table mostly have the same objects there. */
typedef struct names_before {
    read_name *names; /* NULL for none to be kept */
    size_t room;
    size_t count;
} names_before;

/* What a job is given besides its item; it serves any number of items until the call's workspace is wiped. */
typedef struct job_settings {
    ddbc_legacy_job job; /* that a job begins as */
    ddbc_action default_action;
    PyObject *actions;      /* dict, held */
    bool plain_actions;     /* finding a str in it runs no Python code */
    bool asked_actions;     /* whether that was asked */
    bool reads_description; /* it is in the item, else the caller gives it */
    names_before before;
} job_settings;

/* A job and the objects that its result is built from (all held by the call but `sinks`). */
typedef struct python_job {
    ddbc_legacy_job *job;
    PyObject **names;             /* of the item's attributes */
    PyObject **sinks;             /* bytes that large results are written to, or NULL each; owned */
    PyObject *stored_description; /* values of the reserved attributes of a stored item, or NULL */
    PyObject *stored_signature;
    bool odd_names; /* one is of a class of its own, whose hash is code */
    bool large;     /* there is a value that is worth a sink, a stored one if it turns out to be a binary */
} python_job;

/* Table name, default action, actions, cipher key or None, signing key, description, dialect or options. */
bool job_settings_in(call *c, bool encrypting, PyObject *const arguments[JOB_ARGUMENTS], job_settings *out);
/* The first three of them, for a string to sign. */
bool job_scope_in(call *c, PyObject *const arguments[SCOPE_ARGUMENTS], job_settings *out);
/* An item to a job: `out` is zero but for its `job`, which is set whole. */
bool job_in(call *c, notation in, bool encrypting, PyObject *item, job_settings *settings, python_job *out);
/* Room to keep the names of items of about `count` attributes from one to the next. */
bool names_before_new(call *c, size_t count, names_before *out);
/* The sink of a value that was taken in, if its size tells that it is going to have one. */
bool job_early_sink(python_job *job, size_t index, bool encrypting);
/* Has a verified job do without the sinks of what is no binary, whether with the GIL or without; false where a large
 * binary has none yet. */
bool job_settle_sinks(const python_job *job);
/* Makes the sinks that a verified job's large binaries lack. */
bool job_make_sinks(python_job *job);
/* What was written into a sink, new; NULL with an exception set. */
PyObject *job_take_sink(python_job *job, size_t index);
void job_drop_sinks(python_job *job);
/* The encrypted or decrypted item; NULL with an exception set. */
PyObject *job_out(call *c, notation out, bool encrypted, python_job *job);

/* A dict of str to str. */
bool pairs_in(call *c, PyObject *dict, ddbc_pair **out, size_t *out_count);

#endif
