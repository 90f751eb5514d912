/* SPDX-License-Identifier: Apache-2.0
 * The module's functions for the structured format, as _engine.pyi describes them. */
#ifndef DDBC_PYTHON_STRUCTURED_H
#define DDBC_PYTHON_STRUCTURED_H

#include "ddbcrypt_structured.h"
#include "state.h"

/* primitives.c */
PyObject *structured_random(PyObject *module, PyObject *number);
PyObject *gcm_seal(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *gcm_open(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *data_key_seal(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *data_key_open(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *hkdf_sha512(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *kdf_ctr_sha256(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *ecdsa_p384_generate(PyObject *module, PyObject *nothing);
PyObject *rsa_encrypt(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *rsa_decrypt(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

/* structured_items.c */
PyObject *structured_encrypt(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *structured_decrypt(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *structured_encrypt_items(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *structured_decrypt_items(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *structured_header(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *structured_context(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *structured_actions(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *structured_serialize_context(PyObject *module, PyObject *context);
PyObject *structured_serialize_value(PyObject *module, PyObject *value);
PyObject *structured_deserialize_value(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

/* structured_kept.c */
PyObject *structured_kept(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

#endif
