/*
 * Health checks for Argo CD, in Lua.
 * Source: argo-cd v3.5.1, docs/operator-manual/health.md.
 */

/**
 * A schedule that Argo cannot read or start is degraded. A suspended one is healthy: Argo CD would
 * wait for a suspended object without end if another object of its wave cannot be applied, and would
 * neither report the error nor apply a later commit.
 * Source: argo-cd v3.5.1, gitops-engine/pkg/sync/sync_context.go, `Sync`.
 */
export const cronWorkflowHealth = `local health = { status = "Healthy", message = "" }
if obj.spec ~= nil and obj.spec.suspend then
  health.message = "The schedule is suspended"
end
if obj.status ~= nil and obj.status.conditions ~= nil then
  for _, condition in ipairs(obj.status.conditions) do
    local failed = condition.type == "SpecError" or condition.type == "SubmissionError"
    if failed and condition.status == "True" then
      health = { status = "Degraded", message = condition.message }
    end
  end
end
return health
`;

/**
 * An Application, which has no health check of its own, is as healthy as what it has installed, once
 * its hooks have ended: MinIO's create the buckets.
 */
export const applicationHealth = `local health = { status = "Progressing", message = "" }
if obj.status ~= nil and obj.status.health ~= nil then
  health.status = obj.status.health.status or "Progressing"
  health.message = obj.status.health.message or ""
end
local operation = obj.status ~= nil and obj.status.operationState or nil
if operation ~= nil and operation.phase == "Running" then
  health = { status = "Progressing", message = operation.message or "" }
end
return health
`;
