/* SPDX-License-Identifier: Apache-2.0
 * What one import of the module owns. Interpreters share nothing. */
#ifndef DDBC_PYTHON_STATE_H
#define DDBC_PYTHON_STATE_H

#include <Python.h>

#include <stdatomic.h>

#include "ddbcrypt_structured.h"

enum { DDBC_IDLE_MAX = 8, DDBC_TYPES = DDBC_TYPE_M + 1, DDBC_ACTIONS = DDBC_SIGN_AND_INCLUDE + 1 };

typedef struct engine_state {
    ddbc_engine *engine;
    ddbc_workspace *_Atomic idle[DDBC_IDLE_MAX]; /* NULL for an empty slot; exchanged, so that no lock is needed */
    PyTypeObject *key_type;
    PyObject *exceptions[DDBC_CODE_COUNT]; /* by status code; NULL for OK and OUT_OF_MEMORY */
    PyObject *actions[DDBC_ACTIONS];       /* members of CryptoAction */
    PyObject *type_names[DDBC_TYPES];      /* "S", "N", ... interned */
    PyObject *description_name;            /* the two reserved attribute names */
    PyObject *signature_name;
    PyObject *header_name; /* those of the structured format */
    PyObject *footer_name;
    PyObject *decimal;            /* decimal.Decimal */
    newfunc decimal_new;          /* its __new__, where that is all of making a Decimal; else NULL */
    PyObject *decimal_str;        /* its own __str__, whatever a subclass does */
    bool plain_decimal;           /* that is C code, as it is unless Python was built without the module _decimal */
    PyTypeObject *_Atomic binary; /* boto3.dynamodb.types.Binary, once it is known (binary_type.h); set once */
    atomic_bool plain_binary;     /* an object of it is no more than its `value`, so its __init__ need not run */
    PyObject *mapping;            /* collections.abc.Mapping and Set */
    PyObject *set;
    PyObject *value_name;    /* "value", Binary's field */
    PyObject *binary_module; /* its module's name */
} engine_state;

/* 0, or -1 with an exception set. */
int state_init(engine_state *state, PyObject *module);
int state_traverse(engine_state *state, visitproc visit, void *arg);
void state_clear(engine_state *state);
/* After state_clear, when nothing can use the engine any more. */
void state_free(engine_state *state);

engine_state *state_of_module(PyObject *module);
engine_state *state_of_type(PyTypeObject *type);

/* A workspace for one call, and back, from any thread. NULL with an exception set. */
ddbc_workspace *state_borrow(engine_state *state);
void state_return(engine_state *state, ddbc_workspace *workspace);

#endif
