/* SPDX-License-Identifier: Apache-2.0
 * One call from Python: its workspace, the objects it reads in place, its error. */
#ifndef DDBC_PYTHON_CALL_H
#define DDBC_PYTHON_CALL_H

#include "core/nested_put.h"
#include "fork_gate.h"
#include "objects.h"
#include "state.h"

/* Bytes of item from which the GIL is let go for the C work; docs/benchmarks.md says how it was measured. */
#define GIL_RELEASE_BYTES 16384
/* Around such work: a block, in which a fork waits for its end. */
#define WITHOUT_GIL_BEGIN                                                                                              \
    Py_BEGIN_ALLOW_THREADS                                                                                             \
    fork_gate_enter();
#define WITHOUT_GIL_END                                                                                                \
    fork_gate_leave();                                                                                                 \
    Py_END_ALLOW_THREADS

/* Objects in the workspace's arena, newest chunk first. */
typedef struct object_chunk {
    struct object_chunk *next;
    size_t count;
    PyObject *objects[62];
} object_chunk;

enum { CALL_NAMES = 32 };

/* A map's name that was given out in this call; owned. */
typedef struct known_name {
    ddbc_bytes bytes;
    PyObject *object;
} known_name;

/* A function that gets a call and fails has either set a Python exception, or `status` with a code other than OK. */
typedef struct call {
    engine_state *state;
    ddbc_workspace *workspace;
    object_chunk *held;     /* owned until the end of the call */
    object_chunk *borrowed; /* read in place; owned once the call is guarded */
    bool guarded;
    bool keeping;      /* what is borrowed now is given out again, so it is held at once */
    known_name *names; /* CALL_NAMES slots once there is a map, else NULL */
    size_t bytes;      /* of leaves taken in */
    ddbc_pen pen;      /* for nested_in */
    ddbc_status status;
} call;

/* False with a Python exception set. */
bool call_begin(call *c, engine_state *state);
/* Wipes the workspace and lets go of all held objects. */
void call_end(call *c);
/* Ends one part of the call, as call_end does, and goes on with the same workspace. */
void call_next(call *c);
/* Turns the failure into a Python exception, if it is not one already. */
void call_raise(call *c);

/* Ends the call with its result, or raises where that is NULL. */
PyObject *call_finish(call *c, PyObject *out);
/* Whether a function got as many arguments as it takes; TypeError where not. */
bool call_count(const char *name, Py_ssize_t given, Py_ssize_t expected);

/* Makes borrowed objects held ones, those so far and those to come. To be called before anything that can run Python
 * code (a method, a collection of garbage, so any new container before 3.12) or lets go of the GIL. */
void call_guard(call *c);
/* To a new chunk in front of `list`. */
bool call_push(call *c, object_chunk **list, PyObject *object);

static inline bool is_full(const object_chunk *chunk)
{
    return chunk == NULL || chunk->count == sizeof chunk->objects / sizeof *chunk->objects;
}

/* Keeps `object` alive until the end of the call. */
static inline bool call_hold(call *c, PyObject *object)
{
    if (is_full(c->held)) {
        return call_push(c, &c->held, object);
    }
    Py_INCREF(object);
    c->held->objects[c->held->count++] = object;
    return true;
}

/* For an object inside of the caller's whose memory is read in place: keeps it alive as long as it can die. Nothing can
 * end it while no Python code runs, and most calls run none, so that counting its references would be idle. */
static inline bool call_borrow(call *c, PyObject *object)
{
    if (c->keeping) {
        return call_hold(c, object);
    }
    if (is_full(c->borrowed)) {
        return call_push(c, &c->borrowed, object);
    }
    if (c->guarded) {
        Py_INCREF(object);
    }
    c->borrowed->objects[c->borrowed->count++] = object;
    return true;
}

/* What was borrowed is not read any more: giving out may collect garbage, and Python code ends it then. */
static inline void call_settle(call *c)
{
    if (!c->guarded) {
        c->borrowed = NULL;
    }
}

/* The UTF-8 of a str that is not ASCII, in place for as long as it lives; false with an exception set where it has a lone
 * surrogate. An exception is a new object, and these collect garbage: the call is guarded, and the str held meanwhile. */
bool utf8_in_place(call *c, PyObject *text, ddbc_bytes *out);
/* UTF-8 that is not ASCII. */
bool call_encoded_text(call *c, PyObject *text, ddbc_bytes *out);

/* The UTF-8 of a str, in place: it must be held or borrowed. */
static inline bool call_text(call *c, PyObject *text, ddbc_bytes *out)
{
    if (!ascii_in_place(text, out)) {
        return call_encoded_text(c, text, out);
    }
    c->bytes += out->len;
    return true;
}

/* The bytes of bytes (in place, must be held or borrowed), bytearray, memoryview or any other buffer (copied, since they may change). */
bool call_buffer(call *c, PyObject *buffer, ddbc_bytes *out);
void *call_array(call *c, size_t count, size_t size);

#endif
