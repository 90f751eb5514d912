/* SPDX-License-Identifier: Apache-2.0
 * primitives: what keyrings need of libcrypto, one function each. */
#include "call.h"
#include "core/status.h"
#include "marshal.h"
#include "structured.h"

static bool begin(call *c, PyObject *module, const char *name, Py_ssize_t given, Py_ssize_t expected)
{
    if (given != expected) {
        PyErr_Format(PyExc_TypeError, "%s() takes %zd positional arguments, got %zd", name, expected, given);
        return false;
    }
    return call_begin(c, state_of_module(module));
}

static bool size_in(PyObject *number, size_t *out)
{
    *out = PyLong_AsSize_t(number);
    return *out != (size_t)-1 || PyErr_Occurred() == NULL;
}

static bool buffers_in(call *c, PyObject *const *arguments, size_t count, ddbc_bytes *out)
{
    for (size_t i = 0; i < count; i++) {
        if (!call_buffer(c, arguments[i], &out[i])) {
            return false;
        }
    }
    return true;
}

static PyObject *pair_out(ddbc_bytes first, ddbc_bytes second)
{
    PyObject *parts[2] = {bytes_out(first), bytes_out(second)};
    PyObject *pair = parts[0] == NULL || parts[1] == NULL ? NULL : PyTuple_Pack(2, parts[0], parts[1]);
    Py_XDECREF(parts[0]);
    Py_XDECREF(parts[1]);
    return pair;
}

PyObject *structured_random(PyObject *module, PyObject *number)
{
    call c;
    size_t size = 0;
    ddbc_bytes out;
    if (!begin(&c, module, "structured_random", 1, 1)) {
        return NULL;
    }
    bool done = size_in(number, &size) && ddbc_random_bytes(c.workspace, size, &out, &c.status);
    return call_finish(&c, done ? bytes_out(out) : NULL);
}

typedef bool (*gcm_function)(ddbc_workspace *, ddbc_bytes, ddbc_bytes, ddbc_bytes, ddbc_bytes, ddbc_bytes *,
                             ddbc_status *);

static PyObject *gcm(PyObject *module, PyObject *const *arguments, Py_ssize_t count, const char *name,
                     gcm_function function)
{
    call c;
    ddbc_bytes in[4];
    ddbc_bytes out;
    if (!begin(&c, module, name, count, 4)) {
        return NULL;
    }
    bool done = buffers_in(&c, arguments, 4, in) && function(c.workspace, in[0], in[1], in[2], in[3], &out, &c.status);
    return call_finish(&c, done ? bytes_out(out) : NULL);
}

PyObject *gcm_seal(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return gcm(module, arguments, count, "gcm_seal", ddbc_gcm_seal);
}

PyObject *gcm_open(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return gcm(module, arguments, count, "gcm_open", ddbc_gcm_open);
}

typedef bool (*data_key_function)(ddbc_workspace *, ddbc_bytes, ddbc_bytes, ddbc_bytes, ddbc_bytes *, ddbc_bytes *,
                                  ddbc_status *);

static PyObject *data_key(PyObject *module, PyObject *const *arguments, Py_ssize_t count, const char *name,
                          data_key_function function)
{
    call c;
    ddbc_bytes in[3];
    ddbc_bytes out[2];
    if (!begin(&c, module, name, count, 3)) {
        return NULL;
    }
    bool done =
        buffers_in(&c, arguments, 3, in) && function(c.workspace, in[0], in[1], in[2], &out[0], &out[1], &c.status);
    return call_finish(&c, done ? pair_out(out[0], out[1]) : NULL);
}

PyObject *data_key_seal(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return data_key(module, arguments, count, "data_key_seal", ddbc_data_key_seal);
}

PyObject *data_key_open(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return data_key(module, arguments, count, "data_key_open", ddbc_data_key_open);
}

typedef bool (*kdf_function)(ddbc_workspace *, ddbc_bytes, ddbc_bytes, ddbc_bytes, size_t, ddbc_bytes *, ddbc_status *);

static PyObject *kdf(PyObject *module, PyObject *const *arguments, Py_ssize_t count, const char *name,
                     kdf_function function)
{
    call c;
    ddbc_bytes in[3];
    ddbc_bytes out;
    size_t size = 0;
    if (!begin(&c, module, name, count, 4)) {
        return NULL;
    }
    bool done = buffers_in(&c, arguments, 3, in) && size_in(arguments[3], &size) &&
                function(c.workspace, in[0], in[1], in[2], size, &out, &c.status);
    return call_finish(&c, done ? bytes_out(out) : NULL);
}

PyObject *hkdf_sha512(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return kdf(module, arguments, count, "hkdf_sha512", ddbc_hkdf_sha512);
}

PyObject *kdf_ctr_sha256(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return kdf(module, arguments, count, "kdf_ctr_sha256", ddbc_kdf_counter_sha256);
}

PyObject *ecdsa_p384_generate(PyObject *module, PyObject *nothing)
{
    call c;
    ddbc_bytes private_key = {NULL, 0};
    ddbc_bytes point = {NULL, 0};
    bool done;
    (void)nothing;
    if (!begin(&c, module, "ecdsa_p384_generate", 0, 0)) {
        return NULL;
    }
    WITHOUT_GIL_BEGIN
    done = ddbc_ecdsa_generate(c.workspace, &private_key, &point, &c.status);
    WITHOUT_GIL_END
    return call_finish(&c, done ? pair_out(private_key, point) : NULL);
}

/* ---- RSA of the raw RSA keyring -------------------------------------------------------------------------------- */

typedef bool (*rsa_function)(ddbc_key *, ddbc_workspace *, ddbc_mode, ddbc_bytes, ddbc_bytes *, ddbc_status *);

static bool run_rsa(call *c, ddbc_key_kind kind, rsa_function function, ddbc_bytes encoded, ddbc_mode mode,
                    ddbc_bytes in, ddbc_bytes *out)
{
    bool pem = encoded.len > 0 && encoded.ptr[0] == '-';
    ddbc_key *key = NULL;
    bool done = ddbc_key_load(c->state->engine, DDBC_ALG_RSA, kind, pem ? DDBC_ENCODING_PEM : DDBC_ENCODING_DER,
                              encoded, &key, &c->status) &&
                function(key, c->workspace, mode, in, out, &c->status);
    ddbc_key_free(key);
    return done;
}

static PyObject *rsa(PyObject *module, PyObject *const *arguments, Py_ssize_t count, const char *name,
                     ddbc_key_kind kind, rsa_function function)
{
    call c;
    ddbc_bytes encoded;
    ddbc_bytes padding;
    ddbc_bytes in;
    ddbc_bytes out = {NULL, 0};
    ddbc_mode mode = DDBC_MODE_RSA_PKCS1;
    if (!begin(&c, module, name, count, 3)) {
        return NULL;
    }
    if (!PyUnicode_Check(arguments[1])) {
        (void)ddbc_fail(&c.status, DDBC_INVALID_ARGUMENT, "an RSA padding must be a str");
        return call_finish(&c, NULL);
    }
    bool done = call_buffer(&c, arguments[0], &encoded) && call_text(&c, arguments[1], &padding) &&
                call_buffer(&c, arguments[2], &in) && ddbc_padding_from_name(padding, &mode, &c.status);
    if (done) {
        WITHOUT_GIL_BEGIN
        done = run_rsa(&c, kind, function, encoded, mode, in, &out);
        WITHOUT_GIL_END
    }
    return call_finish(&c, done ? bytes_out(out) : NULL);
}

PyObject *rsa_encrypt(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return rsa(module, arguments, count, "rsa_encrypt", DDBC_KIND_PUBLIC, ddbc_key_wrap);
}

PyObject *rsa_decrypt(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return rsa(module, arguments, count, "rsa_decrypt", DDBC_KIND_PRIVATE, ddbc_key_unwrap);
}
