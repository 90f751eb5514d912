/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include <stdatomic.h>

#include "errors.h"

/* module.name */
static PyObject *import_name(const char *module_name, const char *name)
{
    PyObject *module = PyImport_ImportModule(module_name);
    if (module == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_GetAttrString(module, name);
    Py_DECREF(module);
    return result;
}

static int load_exceptions(engine_state *state)
{
    PyObject *module = PyImport_ImportModule("ddbcrypt.exceptions");
    if (module == NULL) {
        return -1;
    }
    for (int code = DDBC_OUT_OF_MEMORY + 1; code < DDBC_CODE_COUNT; code++) {
        state->exceptions[code] = PyObject_GetAttrString(module, ddbc_code_exception((ddbc_code)code));
        if (state->exceptions[code] == NULL) {
            Py_DECREF(module);
            return -1;
        }
    }
    Py_DECREF(module);
    return 0;
}

static int load_actions(engine_state *state)
{
    static const char *const names[DDBC_ACTIONS] = {"DO_NOTHING", "SIGN_ONLY", "ENCRYPT_AND_SIGN",
                                                    "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT"};
    PyObject *action = import_name("ddbcrypt.identifiers", "CryptoAction");
    if (action == NULL) {
        return -1;
    }
    for (int i = 0; i < DDBC_ACTIONS; i++) {
        state->actions[i] = PyObject_GetAttrString(action, names[i]);
        if (state->actions[i] == NULL) {
            Py_DECREF(action);
            return -1;
        }
    }
    Py_DECREF(action);
    return 0;
}

static int load_names(engine_state *state)
{
    for (int type = 0; type < DDBC_TYPES; type++) {
        state->type_names[type] = PyUnicode_InternFromString(ddbc_type_name((ddbc_type)type));
        if (state->type_names[type] == NULL) {
            return -1;
        }
    }
    state->description_name = PyUnicode_InternFromString(DDBC_LEGACY_DESCRIPTION);
    state->signature_name = PyUnicode_InternFromString(DDBC_LEGACY_SIGNATURE);
    state->header_name = PyUnicode_InternFromString(DDBC_STRUCTURED_HEADER);
    state->footer_name = PyUnicode_InternFromString(DDBC_STRUCTURED_FOOTER);
    state->value_name = PyUnicode_InternFromString("value");
    state->binary_module = PyUnicode_InternFromString("boto3.dynamodb.types");
    return state->description_name != NULL && state->signature_name != NULL && state->header_name != NULL &&
                   state->footer_name != NULL && state->value_name != NULL && state->binary_module != NULL
               ? 0
               : -1;
}

static int load_types(engine_state *state)
{
    state->decimal = import_name("decimal", "Decimal");
    state->mapping = import_name("collections.abc", "Mapping");
    state->set = import_name("collections.abc", "Set");
    if (state->decimal == NULL || state->mapping == NULL || state->set == NULL) {
        return -1;
    }
    if (PyType_GetSlot((PyTypeObject *)state->decimal, Py_tp_init) == PyType_GetSlot(&PyBaseObject_Type, Py_tp_init)) {
        state->decimal_new = (newfunc)PyType_GetSlot((PyTypeObject *)state->decimal, Py_tp_new);
    }
    state->decimal_str = PyObject_GetAttrString(state->decimal, "__str__");
    if (state->decimal_str == NULL) {
        return -1;
    }
    PyObject *code = PyObject_GetAttrString(state->decimal_str, "__code__");
    state->plain_decimal = code == NULL;
    Py_XDECREF(code);
    PyErr_Clear();
    return 0;
}

int state_init(engine_state *state, PyObject *module)
{
    ddbc_status status;
    (void)module;
    if (load_exceptions(state) < 0 || load_actions(state) < 0 || load_names(state) < 0 || load_types(state) < 0) {
        return -1;
    }
    if (!ddbc_engine_new(NULL, &state->engine, &status)) {
        raise_status(state, &status);
        return -1;
    }
    return 0;
}

int state_traverse(engine_state *state, visitproc visit, void *arg)
{
    Py_VISIT(state->key_type);
    for (int i = 0; i < DDBC_CODE_COUNT; i++) {
        Py_VISIT(state->exceptions[i]);
    }
    for (int i = 0; i < DDBC_ACTIONS; i++) {
        Py_VISIT(state->actions[i]);
    }
    Py_VISIT(state->decimal);
    Py_VISIT(state->decimal_str);
    PyTypeObject *binary = atomic_load_explicit(&state->binary, memory_order_acquire);
    Py_VISIT(binary);
    Py_VISIT(state->mapping);
    Py_VISIT(state->set);
    return 0;
}

void state_clear(engine_state *state)
{
    Py_CLEAR(state->key_type);
    for (int i = 0; i < DDBC_CODE_COUNT; i++) {
        Py_CLEAR(state->exceptions[i]);
    }
    for (int i = 0; i < DDBC_ACTIONS; i++) {
        Py_CLEAR(state->actions[i]);
    }
    for (int i = 0; i < DDBC_TYPES; i++) {
        Py_CLEAR(state->type_names[i]);
    }
    Py_CLEAR(state->description_name);
    Py_CLEAR(state->signature_name);
    Py_CLEAR(state->header_name);
    Py_CLEAR(state->footer_name);
    Py_CLEAR(state->value_name);
    Py_CLEAR(state->binary_module);
    Py_CLEAR(state->decimal);
    Py_CLEAR(state->decimal_str);
    PyObject *binary = (PyObject *)atomic_exchange(&state->binary, NULL);
    Py_XDECREF(binary);
    Py_CLEAR(state->mapping);
    Py_CLEAR(state->set);
}

void state_free(engine_state *state)
{
    state_clear(state);
    for (int i = 0; i < DDBC_IDLE_MAX; i++) {
        ddbc_workspace_free(atomic_exchange(&state->idle[i], NULL));
    }
    ddbc_engine_free(state->engine);
    state->engine = NULL;
}

engine_state *state_of_module(PyObject *module)
{
    return PyModule_GetState(module);
}

engine_state *state_of_type(PyTypeObject *type)
{
    return PyType_GetModuleState(type);
}

ddbc_workspace *state_borrow(engine_state *state)
{
    for (int i = 0; i < DDBC_IDLE_MAX; i++) {
        if (atomic_load_explicit(&state->idle[i], memory_order_relaxed) == NULL) {
            continue;
        }
        ddbc_workspace *idle = atomic_exchange_explicit(&state->idle[i], NULL, memory_order_acquire);
        if (idle != NULL) {
            return idle;
        }
    }
    ddbc_status status;
    ddbc_workspace *workspace = NULL;
    if (!ddbc_workspace_new(state->engine, &workspace, &status)) {
        raise_status(state, &status);
        return NULL;
    }
    return workspace;
}

void state_return(engine_state *state, ddbc_workspace *workspace)
{
    ddbc_workspace_reset(workspace);
    for (int i = 0; i < DDBC_IDLE_MAX; i++) {
        ddbc_workspace *nothing = NULL;
        if (atomic_compare_exchange_strong_explicit(&state->idle[i], &nothing, workspace, memory_order_release,
                                                    memory_order_relaxed)) {
            return;
        }
    }
    ddbc_workspace_free(workspace);
}
