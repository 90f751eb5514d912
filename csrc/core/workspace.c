/* SPDX-License-Identifier: Apache-2.0
 * workspace: what one thread needs for one item at a time. */
#include <string.h>

#include "core/engine.h"
#include "core/status.h"

#define KEEP ((size_t)1024 * 1024)

bool ddbc_workspace_new(ddbc_engine *engine, ddbc_workspace **out, ddbc_status *status)
{
    ddbc_workspace *workspace = ddbc_acquire(&engine->allocator, sizeof *workspace);
    if (workspace == NULL) {
        return ddbc_fail_memory(status);
    }
    memset(workspace, 0, sizeof *workspace);
    workspace->engine = engine;
    ddbc_arena_init(&workspace->arena, &engine->allocator);
    if (!ddbc_digest_context_new(&workspace->digest)) {
        ddbc_release(&engine->allocator, workspace, sizeof *workspace);
        return ddbc_fail_memory(status);
    }
    *out = workspace;
    return true;
}

void ddbc_workspace_reset(ddbc_workspace *workspace)
{
    ddbc_arena_reset(&workspace->arena, KEEP);
}

void ddbc_workspace_free(ddbc_workspace *workspace)
{
    if (workspace == NULL) {
        return;
    }
    ddbc_arena_reset(&workspace->arena, 0);
    ddbc_digest_context_free(workspace->digest);
    ddbc_release(&workspace->engine->allocator, workspace, sizeof *workspace);
}

void *ddbc_workspace_alloc(ddbc_workspace *workspace, size_t size)
{
    return ddbc_arena_alloc(&workspace->arena, size);
}
