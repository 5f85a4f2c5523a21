import assert from "node:assert/strict";
import { test } from "node:test";
import { pulumi, run } from "./support";

/** A Docker engine with kind's registry: `true` if it runs, `false` if it is stopped, or none. */
const docker = (running?: boolean, network = "null"): string => `case "$*" in
  *State.Running*) ${running === undefined ? "exit 1" : `echo ${running}`};;
  *Networks.kind*) echo '${network}';;
  *inspect*) ${running === undefined ? "exit 1" : "echo /tapctl-registry"};;
  *) echo 28;;
esac`;
const KIND =
  'case "$*" in "get nodes"*) echo tapctl-control-plane;; create*) cat > /dev/null;; esac';

test("up with kind: without a cluster, it creates one and a registry", async () => {
  const { calls } = await run(
    "up",
    { pulumi: pulumi(), kubectl: "exit 1", docker: docker(), kind: KIND },
    ["--yes", "--no-smoke-test"],
  );
  assert.match(calls, /^docker run .* tapctl-registry registry:2$/m);
  assert.match(calls, /^kind create cluster --name tapctl/m);
  assert.match(calls, /^docker network connect kind tapctl-registry$/m);
  assert.match(
    calls,
    /^docker exec tapctl-control-plane mkdir -p \/etc\/containerd\/certs\.d\/localhost:5000$/m,
  );
  assert.match(calls, /^pulumi config set tapctl:context kind-tapctl /m);
});

test("up with kind: a registry of an earlier attempt is reused, and started if it was stopped", async () => {
  for (const running of [true, false]) {
    const { calls } = await run(
      "up",
      {
        pulumi: pulumi(),
        kubectl: "exit 1",
        docker: docker(running, '{"NetworkID":"x"}'),
        kind: KIND,
      },
      ["--yes", "--no-smoke-test"],
    );
    assert.doesNotMatch(calls, /^docker (run|network)/m);
    assert.equal(/^docker start tapctl-registry$/m.test(calls), !running);
    assert.match(calls, /^pulumi config set tapctl:context kind-tapctl /m);
  }
});

test("down with kind: the cluster and the registry are deleted if they exist", async () => {
  const cluster = 'case "$*" in "get clusters") echo tapctl;; esac';
  const both = await run("down", { pulumi: pulumi(), docker: docker(true), kind: cluster }, [
    "--yes",
  ]);
  assert.match(both.calls, /^kind delete cluster --name tapctl\ndocker rm -f tapctl-registry$/m);
  const registryOnly = await run("down", { pulumi: pulumi(), docker: docker(false), kind: "" }, [
    "--yes",
  ]);
  assert.match(registryOnly.calls, /^docker rm -f tapctl-registry$/m);
  assert.doesNotMatch(registryOnly.calls, /^kind delete/m);
  const neither = await run("down", { pulumi: pulumi(), docker: docker(), kind: "" }, ["--yes"]);
  assert.doesNotMatch(neither.calls, /^docker rm|^kind delete/m);
});

test("up with kind: invalid pipelines are rejected before a cluster is created", async () => {
  const wrong = 'module.exports = { pipelines: [{ name: "Orders" }] };';
  const { code, err, calls } = await run(
    "up",
    { pulumi: pulumi(), kubectl: "exit 1", docker: docker(), kind: KIND },
    ["--yes"],
    { "pipelines/index.ts": wrong },
  );
  assert.equal(code, 2);
  assert.match(err, /^\d+ problems in the pipelines:\npipelines\[0\] "Orders": /m);
  assert.doesNotMatch(calls, /^docker run|^kind create/m);
});
