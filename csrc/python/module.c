/* SPDX-License-Identifier: Apache-2.0
 * module: `ddbcrypt._engine`, initialised in phases, with state of its own in each interpreter. */
#include <openssl/crypto.h>

#include "items.h"
#include "key_type.h"
#include "state.h"
#include "structured.h"

static int module_exec(PyObject *module)
{
    engine_state *state = state_of_module(module);
    if (state_init(state, module) < 0) {
        return -1;
    }
    state->key_type = (PyTypeObject *)key_type_new(module);
    if (state->key_type == NULL || PyModule_AddType(module, state->key_type) < 0) {
        return -1;
    }
    return PyModule_AddStringConstant(module, "LIBCRYPTO_VERSION", OpenSSL_version(OPENSSL_VERSION));
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    engine_state *state = state_of_module(module);
    return state == NULL ? 0 : state_traverse(state, visit, arg);
}

static int module_clear(PyObject *module)
{
    engine_state *state = state_of_module(module);
    if (state != NULL) {
        state_clear(state);
    }
    return 0;
}

static void module_free(void *module)
{
    engine_state *state = state_of_module(module);
    if (state != NULL) {
        state_free(state);
    }
}

#define FAST(name) {#name, (PyCFunction)(void (*)(void))(name), METH_FASTCALL, "See _engine.pyi."}
#define ONE(name) {#name, name, METH_O, "See _engine.pyi."}

static PyMethodDef functions[] = {
    FAST(encrypt_item),
    FAST(decrypt_item),
    FAST(encrypt_items),
    FAST(decrypt_items),
    FAST(serialize_attribute),
    ONE(deserialize_attribute),
    ONE(serialize_description),
    ONE(deserialize_description),
    FAST(string_to_sign),
    ONE(generate_rsa),
    ONE(to_wire),
    ONE(from_wire),
    FAST(structured_encrypt),
    FAST(structured_decrypt),
    FAST(structured_encrypt_items),
    FAST(structured_decrypt_items),
    FAST(structured_header),
    FAST(structured_context),
    FAST(structured_actions),
    FAST(structured_kept),
    ONE(structured_serialize_context),
    ONE(structured_serialize_value),
    FAST(structured_deserialize_value),
    ONE(structured_random),
    FAST(gcm_seal),
    FAST(gcm_open),
    FAST(data_key_seal),
    FAST(data_key_open),
    FAST(hkdf_sha512),
    FAST(kdf_ctr_sha256),
    {"ecdsa_p384_generate", ecdsa_p384_generate, METH_NOARGS, "See _engine.pyi."},
    FAST(rsa_encrypt),
    FAST(rsa_decrypt),
    {NULL, NULL, 0, NULL},
};

/* Newer interpreters ask whether a module may be loaded under a GIL of its own. Python 3.11 refuses slots that it does
 * not know, and one binary serves all, so there are two definitions. */
#define SLOT_MULTIPLE_INTERPRETERS 3
#define PER_INTERPRETER_GIL ((void *)2)

static PyModuleDef_Slot slots_3_11[] = {
    {Py_mod_exec, (void *)module_exec},
    {0, NULL},
};

static PyModuleDef_Slot slots_3_12[] = {
    {Py_mod_exec, (void *)module_exec},
    {SLOT_MULTIPLE_INTERPRETERS, PER_INTERPRETER_GIL},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED}, /* docs/architecture.md says what makes it true */
#endif
    {0, NULL},
};

#define DEFINITION(slots)                                                                                              \
    {PyModuleDef_HEAD_INIT, "ddbcrypt._engine", "The C engine of ddbcrypt.",                                           \
     sizeof(engine_state),  functions,          slots,                                                                 \
     module_traverse,       module_clear,       module_free}

static PyModuleDef definition_3_11 = DEFINITION(slots_3_11);
static PyModuleDef definition_3_12 = DEFINITION(slots_3_12);

PyMODINIT_FUNC PyInit__engine(void)
{
    return PyModuleDef_Init(Py_Version >= 0x030C0000 ? &definition_3_12 : &definition_3_11);
}
