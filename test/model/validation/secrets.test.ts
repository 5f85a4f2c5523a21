import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { secret } from "../../../src/model/connector-settings";
import { validatePipelines } from "../../../src/model/validation/validate";
import { replication, tapAny, textsOf } from "../support";

const KEY = { name: "shop-db", key: "password" };
const withPassword = (kubernetes: unknown) => ({
  ...replication,
  tap: tapAny({ password: secret("shop-password", { kubernetes: kubernetes as typeof KEY }) }),
});
const AT = `tap setting "password": secret "shop-password":`;

describe("existing Kubernetes Secrets", () => {
  for (const [kubernetes, problems] of [
    [KEY, []],
    [{ name: "Shop", key: "password" }, [`${AT} kubernetes.name must be the name of a Secret`]],
    [{ name: "shop-db" }, [`${AT} kubernetes.key must be a key of the Secret`]],
    [{ name: "shop-db", key: "a/b" }, [`${AT} kubernetes.key must be a key of the Secret`]],
    [
      "shop-db",
      [`${AT} kubernetes must be an object, such as { name: "shop-db", key: "password" }`],
    ],
  ] as const)
    test(`existing Kubernetes Secrets: ${JSON.stringify(kubernetes)}`, () =>
      assert.deepEqual(textsOf(withPassword(kubernetes)), problems));

  test("existing Kubernetes Secrets: the salt of masks and channels of notifications can be in one", () => {
    const kubernetes = { kubernetes: KEY };
    assert.deepEqual(
      textsOf({
        ...replication,
        maskSalt: secret("salt", kubernetes),
        streams: { orders: { mask: { email: "hash" } } },
        notifications: {
          channels: [{ kind: "slack", webhook: secret("team-slack", kubernetes) }],
        },
      }),
      [],
    );
  });

  test("existing Kubernetes Secrets: one name cannot have two sources in an entry", () =>
    assert.deepEqual(
      textsOf({
        ...replication,
        tap: tapAny({
          a: secret("shop-password", { kubernetes: KEY }),
          b: secret("shop-password"),
        }),
      }),
      [`tap setting "b": secret "shop-password": has another source in this entry`],
    ));

  for (const [externalSecret, problems] of [
    [{ store: "vault", key: "shop/db", property: "password" }, []],
    [{ store: "vault", kind: "SecretStore", key: "shop/db" }, []],
    [{ store: "Vault", key: "x" }, [`${AT} externalSecret.store must be the name of a store`]],
    [{ store: "vault" }, [`${AT} externalSecret.key must be a key of the store`]],
    [
      { store: "vault", kind: "Vault", key: "x" },
      [`${AT} externalSecret.kind must be "ClusterSecretStore" or "SecretStore"`],
    ],
    [
      { store: "vault", key: "x", property: "" },
      [`${AT} externalSecret.property must be the name of a property`],
    ],
    [
      "vault",
      [`${AT} externalSecret must be an object, such as { store: "vault", key: "shop/db" }`],
    ],
  ] as const)
    test(`external secrets: ${JSON.stringify(externalSecret)}`, () =>
      assert.deepEqual(
        textsOf({
          ...replication,
          tap: tapAny({
            password: secret("shop-password", {
              externalSecret: externalSecret as { readonly store: string; readonly key: string },
            }),
          }),
        }),
        problems,
      ));

  test("external secrets: a name has the same source in all entries", () => {
    const entry = (name: string, key: string) => ({
      ...replication,
      name,
      tap: tapAny({
        password: secret("shop-password", { externalSecret: { store: "vault", key } }),
      }),
    });
    const { problems } = validatePipelines([entry("a", "x"), entry("b", "y")]);
    assert.deepEqual(
      problems.map(({ text }) => text),
      Array(2).fill('secret "shop-password": has another externalSecret in another entry'),
    );
    assert.deepEqual(validatePipelines([entry("a", "x"), entry("b", "x")]).problems, []);
  });

  test("existing Kubernetes Secrets: the stack does not need their values", () => {
    const entry = {
      ...replication,
      tap: tapAny({ a: secret("a", { kubernetes: KEY }), b: secret("b") }),
      target: tapAny({}),
    };
    const { missing } = validatePipelines([entry], { secrets: new Set() });
    assert.deepEqual(
      missing.map(({ text }) => text.split(" (")[0]),
      [`secret "b"`],
    );
  });
});
