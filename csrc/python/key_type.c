/* SPDX-License-Identifier: Apache-2.0
 * Key: a raw key of the engine as a Python object. */
#include "key_type.h"

#include <stdatomic.h>

#include "core/status.h"
#include "errors.h"
#include "marshal.h"

typedef struct key_object {
    PyObject_HEAD
    ddbc_key *_Atomic key; /* NULL until __init__, then the same for good */
} key_object;

static engine_state *state_of(PyObject *self)
{
    return state_of_type(Py_TYPE(self));
}

static ddbc_key *key_of(PyObject *self)
{
    return atomic_load_explicit(&((key_object *)self)->key, memory_order_acquire);
}

/* EncryptionKeyType and KeyEncodingType by their values. */
static bool kind_in(call *c, long kind, long encoding)
{
    return kind >= DDBC_KIND_SYMMETRIC && kind <= DDBC_KIND_PUBLIC && encoding >= DDBC_ENCODING_RAW &&
                   encoding <= DDBC_ENCODING_PEM
               ? true
               : ddbc_fail(&c->status, DDBC_INVALID_ARGUMENT, "unknown kind or encoding of key");
}

static int fail_made_already(void)
{
    PyErr_SetString(PyExc_TypeError, "a Key does not change");
    return -1;
}

/* Takes `key` over. Two threads may call __init__ of one object: one of them sets it. */
static bool set_key(PyObject *self, ddbc_key *key)
{
    ddbc_key *none = NULL;
    if (atomic_compare_exchange_strong(&((key_object *)self)->key, &none, key)) {
        return true;
    }
    ddbc_key_free(key);
    (void)fail_made_already();
    return false;
}

static int key_init(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    PyObject *name = NULL;
    PyObject *material = NULL;
    long kind = DDBC_KIND_SYMMETRIC;
    long encoding = DDBC_ENCODING_RAW;
    call c;
    if (keywords != NULL && PyDict_Size(keywords) > 0) {
        PyErr_SetString(PyExc_TypeError, "Key() takes no keyword arguments");
        return -1;
    }
    if (!PyArg_ParseTuple(arguments, "US|ll:Key", &name, &material, &kind, &encoding)) {
        return -1;
    }
    if (key_of(self) != NULL) {
        return fail_made_already();
    }
    if (!call_begin(&c, state_of(self))) {
        return -1;
    }
    ddbc_bytes name_text;
    ddbc_bytes encoded;
    ddbc_algorithm algorithm = DDBC_ALG_AES;
    ddbc_key *key = NULL;
    bool done = kind_in(&c, kind, encoding) && call_text(&c, name, &name_text) && call_buffer(&c, material, &encoded) &&
                ddbc_algorithm_from_name(name_text, &algorithm, &c.status) &&
                ddbc_key_load(c.state->engine, algorithm, (ddbc_key_kind)kind, (ddbc_encoding)encoding, encoded, &key,
                              &c.status) &&
                set_key(self, key);
    if (!done) {
        call_raise(&c);
    }
    call_end(&c);
    return done ? 0 : -1;
}

static void key_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    ddbc_key_free(key_of(self));
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static bool loaded(call *c, PyObject *self, ddbc_key **out)
{
    *out = key_of(self);
    return *out != NULL ? true : ddbc_fail(&c->status, DDBC_INVALID_KEY, "a Key without material");
}

bool key_in(call *c, PyObject *object, ddbc_key **out)
{
    if (!Py_IS_TYPE(object, c->state->key_type)) {
        return ddbc_fail(&c->status, DDBC_INVALID_ARGUMENT, "expected a Key of the engine");
    }
    return call_hold(c, object) && loaded(c, object, out);
}

static PyObject *key_get_algorithm(PyObject *self, void *closure)
{
    (void)closure;
    ddbc_key *key = key_of(self);
    return PyUnicode_FromString(key == NULL ? "" : ddbc_algorithm_name(ddbc_key_algorithm(key)));
}

static PyObject *key_repr(PyObject *self)
{
    ddbc_key *key = key_of(self);
    return PyUnicode_FromFormat("<ddbcrypt key %s>", key == NULL ? "" : ddbc_algorithm_name(ddbc_key_algorithm(key)));
}

typedef bool (*cipher_function)(ddbc_key *, ddbc_workspace *, ddbc_mode, ddbc_bytes, ddbc_bytes *, ddbc_status *);

static bool apply(call *c, ddbc_key *key, cipher_function function, ddbc_mode mode, ddbc_bytes in, ddbc_bytes *out)
{
    /* An RSA operation takes long whatever the size. */
    if (in.len < GIL_RELEASE_BYTES && mode < DDBC_MODE_RSA_PKCS1) {
        return function(key, c->workspace, mode, in, out, &c->status);
    }
    bool done;
    WITHOUT_GIL_BEGIN
    done = function(key, c->workspace, mode, in, out, &c->status);
    WITHOUT_GIL_END
    return done;
}

static PyObject *run_cipher(PyObject *self, PyObject *arguments, const char *format, cipher_function function)
{
    PyObject *name = NULL;
    PyObject *data = NULL;
    call c;
    if (!PyArg_ParseTuple(arguments, format, &name, &data) || !call_begin(&c, state_of(self))) {
        return NULL;
    }
    ddbc_key *key = NULL;
    ddbc_mode mode = DDBC_MODE_CBC_PKCS5;
    ddbc_bytes name_text;
    ddbc_bytes in;
    ddbc_bytes result;
    PyObject *out = NULL;
    if (loaded(&c, self, &key) && call_text(&c, name, &name_text) && call_buffer(&c, data, &in) &&
        ddbc_mode_from_name(name_text, &mode, &c.status) && apply(&c, key, function, mode, in, &result)) {
        out = bytes_out(result);
    } else {
        call_raise(&c);
    }
    call_end(&c);
    return out;
}

static PyObject *key_encrypt(PyObject *self, PyObject *arguments)
{
    return run_cipher(self, arguments, "UO:encrypt", ddbc_key_encrypt);
}

static PyObject *key_decrypt(PyObject *self, PyObject *arguments)
{
    return run_cipher(self, arguments, "UO:decrypt", ddbc_key_decrypt);
}

static PyObject *key_wrap(PyObject *self, PyObject *arguments)
{
    return run_cipher(self, arguments, "UO:wrap", ddbc_key_wrap);
}

static PyObject *key_unwrap(PyObject *self, PyObject *arguments)
{
    return run_cipher(self, arguments, "UO:unwrap", ddbc_key_unwrap);
}

static PyObject *key_sign(PyObject *self, PyObject *data)
{
    call c;
    if (!call_begin(&c, state_of(self))) {
        return NULL;
    }
    ddbc_key *key = NULL;
    ddbc_bytes in;
    uint8_t signature[DDBC_SIGNATURE_MAX];
    size_t size = 0;
    PyObject *out = NULL;
    if (loaded(&c, self, &key) && call_buffer(&c, data, &in) && ddbc_key_sign(key, in, signature, &size, &c.status)) {
        out = PyBytes_FromStringAndSize((const char *)signature, (Py_ssize_t)size);
    } else {
        call_raise(&c);
    }
    call_end(&c);
    return out;
}

static PyObject *key_verify(PyObject *self, PyObject *arguments)
{
    PyObject *signature = NULL;
    PyObject *data = NULL;
    call c;
    if (!PyArg_ParseTuple(arguments, "OO:verify", &signature, &data) || !call_begin(&c, state_of(self))) {
        return NULL;
    }
    ddbc_key *key = NULL;
    ddbc_bytes mac;
    ddbc_bytes in;
    bool done = loaded(&c, self, &key) && call_buffer(&c, signature, &mac) && call_buffer(&c, data, &in) &&
                ddbc_key_verify(key, in, mac, &c.status);
    if (!done) {
        call_raise(&c);
    }
    call_end(&c);
    if (!done) {
        return NULL;
    }
    Py_INCREF(Py_None);
    return Py_None;
}

/* Derives a symmetric key, whose bytes never become a Python object. */
static PyObject *key_derive(PyObject *type, PyObject *arguments)
{
    PyObject *name = NULL;
    PyObject *material = NULL;
    PyObject *info = NULL;
    long size = 0;
    call c;
    if (!PyArg_ParseTuple(arguments, "UOOl:derive", &name, &material, &info, &size) ||
        !call_begin(&c, state_of_type((PyTypeObject *)type))) {
        return NULL;
    }
    ddbc_bytes name_text;
    ddbc_bytes from;
    ddbc_bytes purpose;
    ddbc_algorithm algorithm = DDBC_ALG_AES;
    ddbc_key *key = NULL;
    uint8_t *raw = call_array(&c, DDBC_HKDF_MAX, 1);
    PyObject *out = NULL;
    if (raw != NULL && call_text(&c, name, &name_text) && call_buffer(&c, material, &from) &&
        call_buffer(&c, info, &purpose) && ddbc_algorithm_from_name(name_text, &algorithm, &c.status) &&
        ddbc_hkdf_sha256(c.state->engine, from, purpose, raw, size < 0 ? 0 : (size_t)size, &c.status) &&
        ddbc_key_new(c.state->engine, algorithm, (ddbc_bytes){raw, (size_t)size}, &key, &c.status)) {
        out = PyType_GenericAlloc((PyTypeObject *)type, 0);
        if (out == NULL) {
            ddbc_key_free(key);
        } else {
            atomic_store(&((key_object *)out)->key, key);
        }
    }
    if (out == NULL) {
        call_raise(&c);
    }
    call_end(&c);
    return out;
}

PyObject *key_type_new(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"encrypt", key_encrypt, METH_VARARGS, "encrypt(transformation, plaintext, /)\n--\n\nIV and ciphertext."},
        {"decrypt", key_decrypt, METH_VARARGS, "decrypt(transformation, ciphertext, /)\n--\n\nThe plaintext."},
        {"derive", key_derive, METH_VARARGS | METH_CLASS,
         "derive(algorithm, material, info, size, /)\n--\n\nA Key of size bytes by HKDF-SHA256 without salt."},
        {"wrap", key_wrap, METH_VARARGS, "wrap(transformation, content_key, /)\n--\n\nThe wrapped key."},
        {"unwrap", key_unwrap, METH_VARARGS, "unwrap(transformation, wrapped_key, /)\n--\n\nThe content key."},
        {"sign", key_sign, METH_O, "sign(data, /)\n--\n\nThe HMAC or RSA signature of data."},
        {"verify", key_verify, METH_VARARGS,
         "verify(signature, data, /)\n--\n\nRaises SignatureVerificationError if it does not fit."},
        {NULL, NULL, 0, NULL},
    };
    static PyGetSetDef getters[] = {
        {"algorithm", key_get_algorithm, NULL, "JCE name of the key's algorithm.", NULL},
        {NULL, NULL, NULL, NULL, NULL},
    };
    static PyType_Slot slots[] = {
        {Py_tp_doc, "Key(algorithm, material, /)\n--\n\nA raw key in memory that is wiped when the object dies."},
        {Py_tp_init, key_init},
        {Py_tp_dealloc, key_dealloc},
        {Py_tp_repr, key_repr},
        {Py_tp_methods, methods},
        {Py_tp_getset, getters},
        {0, NULL},
    };
    static PyType_Spec spec = {
        .name = "ddbcrypt._engine.Key",
        .basicsize = sizeof(key_object),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
        .slots = slots,
    };
    return PyType_FromModuleAndSpec(module, &spec, NULL);
}
