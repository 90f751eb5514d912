/* SPDX-License-Identifier: Apache-2.0
 * job_sinks: which large results of the legacy format get a sink, and when. */
#include "job.h"
#include "sinks.h"

/* From this size on, a stored value has one before it is known to be a B, so that decryption need not come back for the
 * GIL, which another thread may have for long. It takes no memory where nothing is written to it. */
#ifdef Py_LIMITED_API
#define EARLY_BYTES SIZE_MAX /* bytes cannot be shortened */
#else
#define EARLY_BYTES ((size_t)64 * 1024)
#endif

static bool is_large(const ddbc_item_attribute *attribute)
{
    ddbc_type type = attribute->value.type;
    return attribute->action == DDBC_ENCRYPT_AND_SIGN && (type == DDBC_TYPE_S || type == DDBC_TYPE_B) &&
           attribute->value.as.bytes.len >= SINK_BYTES;
}

static bool new_sink(python_job *job, size_t index, size_t size)
{
    return sink_make(&job->sinks[index], &job->job->item.attributes[index], size);
}

bool job_early_sink(python_job *job, size_t index, bool encrypting)
{
    const ddbc_item_attribute *attribute = &job->job->item.attributes[index];
    size_t size = attribute->value.as.bytes.len;
    if (!is_large(attribute)) {
        return true;
    }
    job->large = true;
    return encrypting ? new_sink(job, index, ddbc_legacy_ciphertext_size(size))
                      : size < EARLY_BYTES || new_sink(job, index, size); /* a plaintext is shorter */
}

bool job_settle_sinks(const python_job *job)
{
    bool settled = true;
    for (size_t i = 0; i < job->job->item.count; i++) {
        ddbc_item_attribute *attribute = &job->job->item.attributes[i];
        size_t size = is_large(attribute) ? ddbc_legacy_binary_size(job->job, i) : 0;
        if (size == 0) {
            attribute->sink = NULL;
        } else {
            settled = settled && attribute->sink != NULL;
        }
    }
    return settled;
}

bool job_make_sinks(python_job *job)
{
    for (size_t i = 0; i < job->job->item.count; i++) {
        bool open = job->sinks[i] == NULL && is_large(&job->job->item.attributes[i]);
        size_t size = open ? ddbc_legacy_binary_size(job->job, i) : 0;
        if (size > 0 && !new_sink(job, i, size)) {
            return false;
        }
    }
    return true;
}

PyObject *job_take_sink(python_job *job, size_t index)
{
    PyObject *sink = job->sinks[index];
    job->sinks[index] = NULL; /* from here on the object is not ours alone */
#ifndef Py_LIMITED_API
    size_t size = job->job->item.attributes[index].value.as.bytes.len;
    if (size < (size_t)PyBytes_GET_SIZE(sink)) {
        (void)_PyBytes_Resize(&sink, (Py_ssize_t)size); /* NULL where it fails */
    }
#endif
    return sink;
}

void job_drop_sinks(python_job *job)
{
    for (size_t i = 0; job->large && i < job->job->item.count; i++) {
        sink_drop(&job->sinks[i], &job->job->item.attributes[i]);
    }
}
