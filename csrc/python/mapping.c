/* SPDX-License-Identifier: Apache-2.0
 * mapping: members of a dict, or of anything else that is a Mapping, however it behaves; and of CryptoAction. */
#include "compat.h"
#include "core/status.h"
#include "marshal.h"

bool fail_changed(void)
{
    PyErr_SetString(PyExc_RuntimeError, "a mapping changed its size while it was read");
    return false;
}

int is_instance(call *c, PyObject *object, PyObject *type)
{
    call_guard(c);
    return PyObject_IsInstance(object, type);
}

int is_mapping(call *c, PyObject *object)
{
    return PyDict_Check(object) ? 1 : is_instance(c, object, c->state->mapping);
}

bool mapping_size(call *c, PyObject *mapping, size_t *out)
{
    Py_ssize_t size;
    if (PyDict_CheckExact(mapping)) {
        size = DDBC_DICT_SIZE(mapping);
    } else {
        call_guard(c);
        size = PyMapping_Size(mapping);
    }
    if (size < 0) {
        return false;
    }
    *out = (size_t)size;
    return true;
}

typedef bool (*keep_object)(call *c, PyObject *object);

#ifdef Py_GIL_DISABLED
typedef struct dict_member {
    PyObject *name;
    PyObject *value;
} dict_member;

/* Members that are taken from a dict without an array in the workspace. */
enum { FEW_MEMBERS = 8 };

/* All members at one moment, held: nothing in here waits or runs Python code, so no other thread comes between. */
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

static bool each_of_dict(call *c, PyObject *dict, size_t count, visit_member visit, void *context, keep_object keep)
{
    dict_member few[FEW_MEMBERS];
    dict_member *members = count <= FEW_MEMBERS ? few : call_array(c, count, sizeof *members);
    bool done = members != NULL && take_members(c, dict, count, members);
    (void)keep;
    for (size_t i = 0; done && i < count; i++) {
        done = visit(c, context, i, members[i].name, members[i].value);
    }
    return done;
}
#else
/* Inlined with each way to keep names and values. */
static inline bool each_of_dict(call *c, PyObject *dict, size_t count, visit_member visit, void *context,
                                keep_object keep)
{
    Py_ssize_t position = 0;
    PyObject *name = NULL;
    PyObject *value = NULL;
    size_t index = 0;
    /* A visit can run Python code that changes the dict: what it gave is kept at once, and the count is a bound. */
    while (PyDict_Next(dict, &position, &name, &value)) {
        if (index == count) {
            return fail_changed();
        }
        if (!keep(c, name) || !keep(c, value) || !visit(c, context, index, name, value)) {
            return false;
        }
        index++;
    }
    return index == count ? true : fail_changed();
}
#endif

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

static bool each_of_mapping(call *c, PyObject *mapping, size_t count, visit_member visit, void *context)
{
    call_guard(c);
    PyObject *items = PyMapping_Items(mapping);
    if (items == NULL) {
        return false;
    }
    bool done = each_of_items(c, items, count, visit, context);
    Py_DECREF(items);
    return done;
}

bool mapping_each(call *c, PyObject *mapping, size_t count, visit_member visit, void *context)
{
    return PyDict_CheckExact(mapping) ? each_of_dict(c, mapping, count, visit, context, call_hold)
                                      : each_of_mapping(c, mapping, count, visit, context);
}

bool mapping_each_borrowed(call *c, PyObject *mapping, size_t count, visit_member visit, void *context)
{
    return PyDict_CheckExact(mapping) ? each_of_dict(c, mapping, count, visit, context, call_borrow)
                                      : each_of_mapping(c, mapping, count, visit, context);
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
