import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import { escapeHtml, html } from "../../src/report/html";
import { reportPage } from "../../src/report/page";
import { moment, took } from "../../src/report/words";
import type { ReportData } from "../../src/report/data";
import { sampleReport, sampleRun, SHOP } from "./support";
import { toJsonText } from "../../src/common/json";

const HOSTILE = `</style></script><script>alert(1)</script><img src=x onerror=alert(2)>"'\`&lt; onmouseover=alert(3) \u202egnp.exe\u0000 javascript:alert(4)`;

/** A report whose every text is hostile. */
function hostileReport(): ReportData {
  const report = sampleReport([
    { name: "orders", every: 60, runs: "sf", records: 1, seconds: 1, ago: 7, error: HOSTILE },
  ]);
  const run = {
    ...sampleRun({
      pipeline: HOSTILE,
      started: "2026-11-25T12:00:00Z",
      status: "failed",
      seconds: 1,
      records: 0,
      error: HOSTILE,
      seed: 1,
    }),
    started: HOSTILE,
    warnings: [HOSTILE],
    streams: [{ stream: HOSTILE, records: 1 }],
    stateAfter: toJsonText({ [HOSTILE]: HOSTILE }),
  };
  return {
    ...report,
    store: HOSTILE,
    pipelines: report.pipelines.map(({ status }) => ({
      status: {
        ...status,
        name: HOSTILE,
        schedule: HOSTILE,
        next: HOSTILE,
        last: status.last && { ...status.last, error: HOSTILE },
      },
      description: HOSTILE,
      owner: HOSTILE,
      connectors: HOSTILE,
      runs: [run],
    })),
  };
}

suite("escaping in the report", () => {
  test("report: HTML characters are escaped", () => {
    assert.equal(
      html`<b title="${`"><i>`}">${"a & b"}${[1, "<", null]}</b>`.markup,
      `<b title="&quot;&gt;&lt;i&gt;">a &amp; b1&lt;</b>`,
    );
    assert.equal(escapeHtml("it's \u0000 \u202e"), "it&#39;s \ufffd \ufffd");
  });

  test("report: hostile texts add no elements", () => {
    const page = reportPage(hostileReport());
    const elements = (text: string) =>
      [...text.matchAll(/<([a-z0-9]+)/gi)]
        .map(([, name]) => name)
        .filter(
          (name) => name === "script" || name === "img" || name === "style" || name === "iframe",
        );
    assert.deepEqual(elements(page), ["style", "script"]);
    assert.doesNotMatch(page, /\u202e|\u0000|onerror=alert\(2\)>/);
    assert.ok(page.split("alert(1)").length > 10, "the texts are shown");
  });

  test("report: its policy permits only its own script, and nothing from the network", () => {
    const page = reportPage(sampleReport());
    const script = /<script>(.*)<\/script>/s.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(script).digest("base64");
    assert.match(page, /default-src &#39;none&#39;/);
    assert.ok(page.includes(`script-src &#39;sha256-${hash}&#39;`));
    assert.doesNotMatch(page, /(src|href)="?(https?:)?\/\//);
    assert.doesNotMatch(page, /url\(|@import/);
  });
});

suite("content of the report", () => {
  test("report: pipelines that need attention come first, and the summary counts them", () => {
    const page = reportPage(sampleReport());
    const names = [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, name]) => name);
    assert.deepEqual(names, [
      "ad-spend",
      "orders-to-warehouse",
      "inventory",
      "clickstream",
      "returns",
      "customers",
      "exchange-rates",
      "payments",
      "product-catalog",
      "support-tickets",
    ]);
    const summary = (/<div class="sum">.*?<\/div>/s.exec(page)?.[0] ?? "")
      .replaceAll(/<[^>]+>/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim();
    assert.equal(summary, "10 pipelines 2 failing 1 late 1 running 4 ok 1 never ran 1 suspended");
    assert.match(page, /<title>2 failing – Pipelines<\/title>/);
    assert.match(page, /failed 3 times in a row/);
    assert.match(page, /column &quot;discount&quot; of relation/);
  });

  test("report: each run is a bar and a row", () => {
    const page = reportPage(sampleReport());
    const runs = SHOP.reduce((sum, pipeline) => sum + pipeline.runs.length, 0);
    assert.equal([...page.matchAll(/<i class="[sfir] d\d+ r\d+">/g)].length, runs);
    assert.equal([...page.matchAll(/<tr class=[sfir]>/g)].length, runs);
    assert.match(page, /no runs yet/);
  });

  test("report: an array without pipelines is shown as such", () => {
    assert.match(reportPage(sampleReport([])), /<b>0 pipelines<\/b>/);
  });
});

test("report: times and durations are formatted", () => {
  assert.equal(moment("2026-01-05T06:07:59Z"), "5 Jan 06:07");
  assert.equal(moment("soon"), "soon");
  assert.deepEqual([null, 0, 9.94, 61, 7300].map(took), ["–", "0.0 s", "9.9 s", "61 s", "2 h"]);
});
