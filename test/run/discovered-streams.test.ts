import assert from "node:assert/strict";
import { test } from "node:test";
import { describeStreams, type DiscoveredStream } from "../../src/run/discovered-streams";

const stream = (name: string, root?: { readonly [name: string]: unknown }): DiscoveredStream => ({
  tap_stream_id: name,
  ...(root && { metadata: [{ breadcrumb: [], metadata: root }] }),
});
const SYSTEM = Array.from({ length: 62 }, (_, at) => stream(`information_schema-view_${at}`));
const SHOP = [...SYSTEM, stream("public-orders"), stream("public-customers")];

test("check: selected streams are named, and the others counted", () =>
  assert.deepEqual(describeStreams(SHOP, [{ stream: "public-*" }]), {
    ok: true,
    detail: "found 64 streams, selects public-orders, public-customers",
  }));

test("check: a selection that matches no stream fails, and names the streams of users first", () => {
  const { ok, detail } = describeStreams(SHOP, [
    { stream: "public-orders" },
    { stream: "public-order" },
  ]);
  assert.equal(ok, false);
  assert.equal(
    detail,
    'found 64 streams, none of which matches "public-order" of the pipeline\'s `streams`; there are: public-orders, public-customers and 62 more',
  );
});

test("check: the last rule that matches a stream decides whether it is ignored", () =>
  assert.deepEqual(
    describeStreams(SHOP, [
      { stream: "public-*" },
      { stream: "public-c*", ignore: true },
      { stream: "absent-*", ignore: true },
    ]),
    { ok: true, detail: "found 64 streams, selects public-orders" },
  ));

test("check: without a selection, a tap that selects nothing by itself fails", () => {
  const off = SHOP.map(({ tap_stream_id: id }) => stream(id, { "selected-by-default": false }));
  assert.equal(describeStreams(off, undefined).ok, false);
  assert.match(describeStreams(off, undefined).detail, /^found 64 streams and selects none; name/);
});

test("check: without a selection, a tap without a default sends every stream", () =>
  assert.deepEqual(describeStreams([stream("rates")], undefined), {
    ok: true,
    detail: "found 1 stream, selects rates",
  }));

test("check: the tap's default counts, and a selection in the catalog takes precedence", () => {
  const streams = [
    stream("a", { "selected-by-default": true }),
    stream("b", { selected: false, "selected-by-default": true }),
  ];
  assert.equal(describeStreams(streams, undefined).detail, "found 2 streams, selects a");
});

test("check: a catalog without streams fails", () =>
  assert.equal(describeStreams([], undefined).ok, false));
