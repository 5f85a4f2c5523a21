// The same resources as the stack's, registered by a loop in plain JavaScript: the least that a program can do.
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");

const registrations = JSON.parse(readFileSync(process.env.BENCH_REGISTRATIONS, "utf8"));
const provider = new k8s.Provider("cluster", {
  context: process.env.BENCH_CONTEXT,
  clusterIdentifier: process.env.BENCH_CONTEXT,
  enableConfigMapMutable: true,
  enableSecretMutable: true,
  kubeClientSettings: JSON.parse(process.env.BENCH_KUBE_CLIENT),
});
const byUrn = new Map(registrations.map((registration) => [registration.urn, registration]));
const made = new Map();
const namespace = registrations.find(({ type }) => type === "kubernetes:core/v1:Namespace")?.urn;
// The API server refuses a token of an account that is not there yet.
const accounts = registrations
  .filter(({ type }) => type === "kubernetes:core/v1:ServiceAccount")
  .map(({ urn }) => urn);
for (const { urn } of registrations) make(urn);

function make(urn) {
  const registration = byUrn.get(urn);
  if (!registration) return undefined;
  if (made.has(urn)) return made.get(urn);
  const { type, name, inputs, parent } = registration;
  const opts = { parent: make(parent) };
  const object = () =>
    new pulumi.CustomResource(type, name, withSecrets(inputs), {
      ...opts,
      provider,
      ...(urn !== namespace && {
        dependsOn: [
          namespace,
          ...(inputs.type === "kubernetes.io/service-account-token" ? accounts : []),
        ].map(make),
      }),
    });
  const resource = type.startsWith("tapctl:")
    ? new pulumi.ComponentResource(type, name, inputs, opts)
    : object();
  made.set(urn, resource);
  return resource;
}

function withSecrets(value) {
  if (Array.isArray(value)) return value.map(withSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (Object.keys(value).join() === "secret") return pulumi.secret(value.secret);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withSecrets(item)]));
}
