/* SPDX-License-Identifier: Apache-2.0
 * The module's functions, as _engine.pyi describes them. */
#ifndef DDBC_PYTHON_ITEMS_H
#define DDBC_PYTHON_ITEMS_H

#include "state.h"

/* items.c */
PyObject *encrypt_item(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *decrypt_item(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *encrypt_items(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *decrypt_items(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

/* parts.c */
PyObject *serialize_attribute(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *deserialize_attribute(PyObject *module, PyObject *data);
PyObject *serialize_description(PyObject *module, PyObject *description);
PyObject *deserialize_description(PyObject *module, PyObject *data);
PyObject *string_to_sign(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *generate_rsa(PyObject *module, PyObject *bits);
PyObject *to_wire(PyObject *module, PyObject *item);
PyObject *from_wire(PyObject *module, PyObject *item);

#endif
