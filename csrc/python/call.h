/* SPDX-License-Identifier: Apache-2.0
 * One call from Python: its workspace, the objects it reads in place, its error. */
#ifndef DDBC_PYTHON_CALL_H
#define DDBC_PYTHON_CALL_H

#include "state.h"

/* Bytes of item from which the GIL is let go for the C work; docs/benchmarks.md says how it was measured. */
#define GIL_RELEASE_BYTES 4096

typedef struct held_objects held_objects;

enum { CALL_NAMES = 64 };

/* A map's name that was given out in this call; held. */
typedef struct known_name {
    ddbc_bytes bytes;
    PyObject *object;
} known_name;

/* A function that gets a call and fails has either set a Python exception, or `status` with a code other than OK. */
typedef struct call {
    engine_state *state;
    ddbc_workspace *workspace;
    held_objects *held;
    known_name *names; /* CALL_NAMES slots once there is a map, else NULL */
    size_t bytes;      /* of leaves taken in */
    ddbc_status status;
} call;

/* False with a Python exception set. */
bool call_begin(call *c, engine_state *state);
/* Wipes the workspace and lets go of all held objects. */
void call_end(call *c);
/* Turns the failure into a Python exception, if it is not one already. */
void call_raise(call *c);

/* Ends the call with its result, or raises where that is NULL. */
PyObject *call_finish(call *c, PyObject *out);
/* Whether a function got as many arguments as it takes; TypeError where not. */
bool call_count(const char *name, Py_ssize_t given, Py_ssize_t expected);

/* Keeps `object` alive until the end of the call, so that its memory can be read without the GIL. */
bool call_hold(call *c, PyObject *object);
/* The UTF-8 of a str, in place: it, or what holds it, must be held. */
bool call_text(call *c, PyObject *text, ddbc_bytes *out);
/* The bytes of bytes (in place, must be held), bytearray, memoryview or any other buffer (copied, since they may change). */
bool call_buffer(call *c, PyObject *buffer, ddbc_bytes *out);
void *call_array(call *c, size_t count, size_t size);

#endif
