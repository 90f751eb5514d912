/* SPDX-License-Identifier: Apache-2.0
 * mapping: members of a dict, or of anything else that is a Mapping, however it behaves; and of CryptoAction. */
#include "compat.h"
#include "core/status.h"
#include "marshal.h"

static bool fail_changed(void)
{
    PyErr_SetString(PyExc_RuntimeError, "a mapping changed its size while it was read");
    return false;
}

bool mapping_size(call *c, PyObject *mapping, size_t *out)
{
    (void)c;
    Py_ssize_t size = PyDict_CheckExact(mapping) ? PyDict_Size(mapping) : PyMapping_Size(mapping);
    if (size < 0) {
        return false;
    }
    *out = (size_t)size;
    return true;
}

/* Members that are taken from a dict without an array of their own. */
enum { FEW_MEMBERS = 8 };

typedef struct dict_member {
    PyObject *name;
    PyObject *value;
} dict_member;

/* All members at one moment, held. Nothing runs Python code in here, so no other thread comes between. */
static bool take_members(call *c, PyObject *dict, size_t count, dict_member *members)
{
    Py_ssize_t position = 0;
    size_t taken = 0;
    bool fits = true;
    bool held = true;
    Py_BEGIN_CRITICAL_SECTION(dict);
    PyObject *name = NULL;
    PyObject *value = NULL;
    while (fits && held && PyDict_Next(dict, &position, &name, &value)) {
        fits = taken < count;
        if (fits) {
            members[taken++] = (dict_member){name, value};
            held = call_hold(c, name) && call_hold(c, value);
        }
    }
    Py_END_CRITICAL_SECTION();
    return held && (fits && taken == count ? true : fail_changed());
}

/* A visit can run Python code, which can change the dict: the members are taken before the first one. */
static bool each_of_dict(call *c, PyObject *dict, size_t count, visit_member visit, void *context)
{
    dict_member few[FEW_MEMBERS];
    dict_member *members = count <= FEW_MEMBERS ? few : call_array(c, count, sizeof *members);
    if (members == NULL || !take_members(c, dict, count, members)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!visit(c, context, i, members[i].name, members[i].value)) {
            return false;
        }
    }
    return true;
}

static bool each_of_items(call *c, PyObject *items, size_t count, visit_member visit, void *context)
{
    Py_ssize_t length = PyList_Size(items);
    if (length < 0) {
        return false;
    }
    if ((size_t)length != count) {
        return fail_changed();
    }
    for (size_t index = 0; index < count; index++) {
        PyObject *pair = list_get(items, (Py_ssize_t)index);
        bool held = pair != NULL && call_hold(c, pair);
        Py_XDECREF(pair);
        if (!held) {
            return false;
        }
        if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2) {
            PyErr_SetString(PyExc_TypeError, "a mapping's items() gave something other than pairs");
            return false;
        }
        if (!visit(c, context, index, PyTuple_GetItem(pair, 0), PyTuple_GetItem(pair, 1))) {
            return false;
        }
    }
    return true;
}

bool mapping_each(call *c, PyObject *mapping, size_t count, visit_member visit, void *context)
{
    if (PyDict_CheckExact(mapping)) {
        return each_of_dict(c, mapping, count, visit, context);
    }
    PyObject *items = PyMapping_Items(mapping);
    if (items == NULL) {
        return false;
    }
    bool done = each_of_items(c, items, count, visit, context);
    Py_DECREF(items);
    return done;
}

bool check_depth(call *c, unsigned depth)
{
    return depth <= DDBC_DEPTH_MAX
               ? true
               : ddbc_fail(&c->status, DDBC_TOO_DEEP,
                           "lists and maps nest deeper than the %d levels of DynamoDB; flatten them", DDBC_DEPTH_MAX);
}

bool crypto_action_in(call *c, PyObject *action, ddbc_action *out)
{
    for (int i = 0; i < DDBC_ACTIONS; i++) {
        if (action == c->state->actions[i]) {
            *out = (ddbc_action)i;
            return true;
        }
    }
    return ddbc_fail(&c->status, DDBC_INVALID_ARGUMENT, "an attribute action must be a ddbcrypt CryptoAction");
}

bool notation_in(PyObject *wire, notation *out)
{
    int truth = PyObject_IsTrue(wire);
    *out = truth > 0 ? NOTATION_WIRE : NOTATION_PYTHON;
    return truth >= 0;
}
