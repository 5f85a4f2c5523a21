import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  parsePipConfig,
  readPipSettings,
  uvVariables,
  withoutCredentials,
} from "../../src/run/environments/pip-settings";

const anyFolder = () => true;

test("pip settings: files are parsed as pip parses them", () => {
  const text =
    "# company\n[global]\nindex-url = https://a.example.com/simple\nextra_index_url =\n    https://b.example.com/simple\n    https://c.example.com/simple\n\n[install]\nfind-links: /wheels\n[list]\nformat = json\nindex-url = no\n";
  assert.deepEqual(parsePipConfig(text), {
    "index-url": "https://a.example.com/simple",
    "extra-index-url": "https://b.example.com/simple https://c.example.com/simple",
    "find-links": "/wheels",
  });
});

test("pip settings: variables take precedence over the user's file", (t) => {
  const home = mkdtempSync(join(tmpdir(), "tapctl-pip-"));
  t.after(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, ".config", "pip"), { recursive: true });
  writeFileSync(
    join(home, ".config", "pip", "pip.conf"),
    "[global]\nindex-url = https://file.example.com\nproxy = http://proxy:3128\n",
  );
  const settings = readPipSettings({
    HOME: home,
    XDG_CONFIG_DIRS: home,
    PIP_INDEX_URL: "https://variable.example.com",
  });
  assert.equal(settings["index-url"], "https://variable.example.com");
  assert.equal(settings["proxy"], "http://proxy:3128");
});

test("pip settings: uv gets the same settings", () => {
  const pip = {
    "index-url": "https://a",
    "extra-index-url": "https://b https://c",
    "find-links": "/wheels https://d",
    cert: "/ca.pem",
    "trusted-host": "a b",
    timeout: "60",
    "no-index": "false",
    proxy: "http://p",
  };
  assert.deepEqual(uvVariables(pip, {}, false, anyFolder), {
    UV_DEFAULT_INDEX: "https://a",
    UV_INDEX: "https://b https://c",
    UV_INDEX_STRATEGY: "unsafe-best-match",
    UV_FIND_LINKS: "/wheels,https://d",
    UV_INSECURE_HOST: "a b",
    UV_HTTP_TIMEOUT: "60",
    SSL_CERT_FILE: "/ca.pem",
    HTTPS_PROXY: "http://p",
    HTTP_PROXY: "http://p",
  });
});

test("pip settings: uv's own settings take precedence", () => {
  const pip = { "index-url": "https://a", cert: "/ca.pem" };
  assert.deepEqual(
    uvVariables(pip, { UV_INDEX_URL: "https://own", SSL_CERT_FILE: "/own.pem" }, false, anyFolder),
    {},
  );
  assert.deepEqual(uvVariables(pip, {}, true, anyFolder), { SSL_CERT_FILE: "/ca.pem" });
});

test("pip settings: a missing folder of packages is omitted, because uv would reject it", () => {
  assert.deepEqual(
    uvVariables({ "find-links": "/gone" }, {}, false, () => false),
    {},
  );
});

test("package index: addresses are shown without user and password", () => {
  assert.equal(
    withoutCredentials("from https://me:hunter2@a.example.com/simple and http://t0ken@b"),
    "from https://***@a.example.com/simple and http://***@b",
  );
});
