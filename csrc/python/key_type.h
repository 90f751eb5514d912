/* SPDX-License-Identifier: Apache-2.0
 * The Key type. */
#ifndef DDBC_PYTHON_KEY_TYPE_H
#define DDBC_PYTHON_KEY_TYPE_H

#include "call.h"

/* A new reference to the heap type, or NULL. */
PyObject *key_type_new(PyObject *module);
/* The engine's key of a Key, kept alive until the call ends. */
bool key_in(call *c, PyObject *object, ddbc_key **out);

#endif
