/* SPDX-License-Identifier: Apache-2.0
 * boto3's class Binary, known from its first use on: importing boto3 takes longer than all else that an import does.
 * Objects of it exist only where boto3.dynamodb.types is imported, so a look at sys.modules is enough to know them. */
#ifndef DDBC_PYTHON_BINARY_TYPE_H
#define DDBC_PYTHON_BINARY_TYPE_H

#include <stdatomic.h>

#include "call.h"

static inline PyTypeObject *known_binary_type(const engine_state *state)
{
    return atomic_load_explicit(&state->binary, memory_order_acquire);
}

/* Whether it is an object of Binary itself, of no subclass; false too before the class is known. */
static inline bool is_exact_binary(const engine_state *state, PyObject *value)
{
    return Py_IS_TYPE(value, known_binary_type(state));
}

/* Whether an object of the class, which is known, is no more than its `value`. */
static inline bool is_plain_binary(const engine_state *state)
{
    return atomic_load_explicit(&state->plain_binary, memory_order_relaxed);
}

/* isinstance(value, Binary), which may run Python code: 1, 0, or -1 with an exception set. */
int is_binary(call *c, PyObject *value);
PyTypeObject *import_binary_type(call *c);
/* The class, borrowed from the state; imports boto3 where nobody has. NULL with an exception set. */
static inline PyTypeObject *binary_type(call *c)
{
    PyTypeObject *type = known_binary_type(c->state);
    return type != NULL ? type : import_binary_type(c);
}

#endif
