/* SPDX-License-Identifier: Apache-2.0
 * structured_materials: cryptographic materials to an engine's job. */
#include "core/status.h"
#include "key_type.h"
#include "structured_job.h"

#define MATERIALS_SIZE 7
#define DATA_KEY_PARTS 3
#define KEYRING_SIZE 2
#define WRAPPING_KEY_PARTS 3

static bool fail_argument(call *c, const char *what)
{
    return ddbc_fail(&c->status, DDBC_INVALID_ARGUMENT, "%s", what);
}

static bool text_pair_in(call *c, void *context, size_t index, PyObject *name, PyObject *value)
{
    ddbc_pair *pair = &(*(ddbc_pair **)context)[index];
    if (!PyUnicode_Check(name) || !PyUnicode_Check(value)) {
        return fail_argument(c, "an encryption context must have str names and str values");
    }
    return call_text(c, name, &pair->name) && call_text(c, value, &pair->value);
}

bool text_pairs_in(call *c, PyObject *mapping, ddbc_pair **out, size_t *out_count)
{
    size_t count = 0;
    int found = is_mapping(c, mapping);
    if (found <= 0) {
        return found == 0 && fail_argument(c, "an encryption context must be a dict");
    }
    if (!call_hold(c, mapping) || !mapping_size(c, mapping, &count)) {
        return false;
    }
    ddbc_pair *pairs = call_array(c, count, sizeof *pairs);
    if (pairs == NULL || !mapping_each(c, mapping, count, text_pair_in, &pairs)) {
        return false;
    }
    *out = pairs;
    *out_count = count;
    return true;
}

/* A tuple of the members, held with all of them. */
static PyObject *tuple_in(call *c, PyObject *sequence, size_t *out_count)
{
    PyObject *tuple = PySequence_Tuple(sequence);
    if (tuple == NULL) {
        return NULL;
    }
    bool held = call_hold(c, tuple);
    Py_ssize_t count = PyTuple_Size(tuple);
    for (Py_ssize_t i = 0; held && i < count; i++) {
        held = call_hold(c, PyTuple_GetItem(tuple, i));
    }
    Py_DECREF(tuple);
    *out_count = (size_t)count;
    return held ? tuple : NULL;
}

static bool data_key_in(call *c, PyObject *given, ddbc_data_key *out)
{
    size_t count = 0;
    PyObject *parts = tuple_in(c, given, &count);
    if (parts == NULL) {
        return false;
    }
    if (count != DATA_KEY_PARTS) {
        return fail_argument(
            c, "an encrypted data key must be a tuple of provider id, provider information and ciphertext");
    }
    return call_buffer(c, PyTuple_GetItem(parts, 0), &out->provider_id) &&
           call_buffer(c, PyTuple_GetItem(parts, 1), &out->provider_info) &&
           call_buffer(c, PyTuple_GetItem(parts, 2), &out->ciphertext);
}

static bool data_keys_in(call *c, PyObject *given, ddbc_structured_job *job)
{
    size_t count = 0;
    PyObject *tuple = tuple_in(c, given, &count);
    ddbc_data_key *keys = tuple == NULL ? NULL : call_array(c, count, sizeof *keys);
    if (keys == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!data_key_in(c, PyTuple_GetItem(tuple, (Py_ssize_t)i), &keys[i])) {
            return false;
        }
    }
    job->keys = keys;
    job->key_count = count;
    return true;
}

static bool required_in(call *c, PyObject *given, ddbc_structured_job *job)
{
    size_t count = 0;
    PyObject *tuple = tuple_in(c, given, &count);
    ddbc_bytes *names = tuple == NULL ? NULL : call_array(c, count, sizeof *names);
    if (names == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        PyObject *name = PyTuple_GetItem(tuple, (Py_ssize_t)i);
        if (!PyUnicode_Check(name)) {
            return fail_argument(c, "the required names of an encryption context must be str");
        }
        if (!call_text(c, name, &names[i])) {
            return false;
        }
    }
    job->required = names;
    job->required_count = count;
    return true;
}

static bool tag_keys_in(call *c, PyObject *given, ddbc_structured_job *job)
{
    size_t count = 0;
    PyObject *tuple = given == Py_None ? NULL : tuple_in(c, given, &count);
    if (given != Py_None && tuple == NULL) {
        return false;
    }
    ddbc_bytes *keys = call_array(c, count, sizeof *keys);
    if (keys == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!call_buffer(c, PyTuple_GetItem(tuple, (Py_ssize_t)i), &keys[i])) {
            return false;
        }
    }
    job->tag_keys = keys;
    job->tag_key_count = count;
    return true;
}

static bool wrapping_key_in(call *c, PyObject *given, ddbc_wrapping_key *out)
{
    ddbc_key *key = NULL;
    if (!PyTuple_Check(given) || PyTuple_Size(given) != WRAPPING_KEY_PARTS ||
        !PyBytes_Check(PyTuple_GetItem(given, 1)) || !PyBytes_Check(PyTuple_GetItem(given, 2))) {
        return fail_argument(c, "a wrapping key must be a tuple of Key, namespace and name, those as bytes");
    }
    if (!key_in(c, PyTuple_GetItem(given, 0), &key)) {
        return false;
    }
    out->key = key;
    return call_buffer(c, PyTuple_GetItem(given, 1), &out->provider) &&
           call_buffer(c, PyTuple_GetItem(given, 2), &out->name);
}

/* The tuples hold all that is read in place. */
static bool keyring_in(call *c, PyObject *keyring, ddbc_structured_job *job)
{
    PyObject *given = PyTuple_GetItem(keyring, 1);
    long suite = PyLong_AsLong(PyTuple_GetItem(keyring, 0));
    if (suite == -1 && PyErr_Occurred()) {
        return false;
    }
    if (!PyTuple_Check(given) || PyTuple_Size(given) == 0) {
        return fail_argument(c, "a keyring's wrapping keys must be a tuple with one or more");
    }
    size_t count = (size_t)PyTuple_Size(given);
    ddbc_wrapping_key *keys = call_array(c, count, sizeof *keys);
    if (keys == NULL || !call_hold(c, keyring)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!wrapping_key_in(c, PyTuple_GetItem(given, (Py_ssize_t)i), &keys[i])) {
            return false;
        }
    }
    job->suite = (uint16_t)(suite < 0 || suite > UINT16_MAX ? 0 : suite);
    job->wrapping = keys;
    job->wrapping_count = count;
    return true;
}

bool structured_materials_in(call *c, PyObject *materials, structured_job *out)
{
    ddbc_structured_job *job = out->job;
    if (PyTuple_Check(materials) && PyTuple_Size(materials) == KEYRING_SIZE) {
        return keyring_in(c, materials, job);
    }
    if (!PyTuple_Check(materials) || PyTuple_Size(materials) != MATERIALS_SIZE) {
        return fail_argument(c,
                             "materials must be a tuple of suite, data key, encrypted data keys, encryption context, "
                             "required names, signing or verification key, and symmetric signing keys");
    }
    if (!call_hold(c, materials)) {
        return false;
    }
    ddbc_pair *pairs = NULL;
    PyObject *signing_key = PyTuple_GetItem(materials, 5);
    long suite = PyLong_AsLong(PyTuple_GetItem(materials, 0));
    if (suite == -1 && PyErr_Occurred()) {
        return false;
    }
    job->suite = (uint16_t)(suite < 0 || suite > UINT16_MAX ? 0 : suite);
    if (!call_hold(c, PyTuple_GetItem(materials, 1)) ||
        !call_buffer(c, PyTuple_GetItem(materials, 1), &job->data_key) ||
        !data_keys_in(c, PyTuple_GetItem(materials, 2), job) ||
        !text_pairs_in(c, PyTuple_GetItem(materials, 3), &pairs, &job->context_count) ||
        !required_in(c, PyTuple_GetItem(materials, 4), job) || !tag_keys_in(c, PyTuple_GetItem(materials, 6), job)) {
        return false;
    }
    job->context = pairs;
    if (signing_key == Py_None) {
        return true;
    }
    return call_hold(c, signing_key) && call_buffer(c, signing_key, &job->signing_key);
}
