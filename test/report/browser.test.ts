import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { chromium, type Browser, type Page } from "playwright-core";
import { reportPage } from "../../src/report/page";
import { CHROMIUM, NO_CHROMIUM } from "../support/chromium";
import { sampleReport } from "./support";

const WIDEST = `Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll("body *")].map((one) => Math.ceil(one.getBoundingClientRect().right)))`;
const CONTRAST = readFileSync(join(__dirname, "contrast.js"), "utf8");
const SIZES = {
  phone: { width: 360, height: 740 },
  desktop: { width: 1280, height: 900 },
} as const;

suite("report in a browser", { skip: NO_CHROMIUM }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-report-"));
  const file = join(folder, "report.html");
  let browser: Browser;

  before(async () => {
    const long = {
      name: "a-name-as-long-as-names-may-be-which-is-fifty-two-ch",
      every: 60,
      runs: "fff",
      records: 5,
      seconds: 1,
      ago: 7,
      error: `${"x".repeat(300)} <script>document.title = "broken into"</script>`,
    };
    writeFileSync(
      file,
      reportPage({
        ...sampleReport(),
        pipelines: [...sampleReport([long]).pipelines, ...sampleReport().pipelines],
      }),
    );
    browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    size: keyof typeof SIZES,
    colorScheme: "light" | "dark",
  ): Promise<{
    readonly page: Page;
    readonly requests: readonly string[];
    readonly problems: readonly string[];
  }> {
    const page = await browser.newPage({ viewport: SIZES[size], colorScheme });
    const requests: string[] = [];
    const problems: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(`file://${file}`);
    return { page, requests, problems };
  }

  for (const size of ["phone", "desktop"] as const) {
    for (const scheme of ["light", "dark"] as const) {
      test(`report, ${size}, ${scheme}: nothing is wider than the screen, and contrast is sufficient`, async () => {
        const { page, requests, problems } = await open(size, scheme);
        const widest = () => page.evaluate<number>(WIDEST);
        const contrast = (selector: string) =>
          page.evaluate<number>(`(${CONTRAST})(${JSON.stringify(selector)})`);
        assert.ok((await widest()) <= SIZES[size].width);
        await page.evaluate(
          `document.querySelectorAll("details").forEach((one) => (one.open = true))`,
        );
        assert.ok((await widest()) <= SIZES[size].width);
        assert.ok((await contrast("h2")) >= 7);
        for (const soft of [
          ".when",
          ".bad .is",
          ".late .is",
          ".busy .is",
          ".quiet .is",
          ".error",
          "dt",
          "footer",
        ])
          assert.ok((await contrast(soft)) >= 4.5, soft);
        assert.deepEqual(problems, []);
        assert.deepEqual(requests, [`file://${file}`]);
        assert.match(await page.title(), /^\d failing/);
        await page.close();
      });
    }
  }

  test("report: bars are visible, and hovering shows the run", async () => {
    const { page } = await open("desktop", "light");
    const bars = page
      .locator("details", { hasText: "orders-to-warehouse" })
      .locator("summary .t i");
    assert.equal(await bars.count(), 20);
    const box = await bars.last().boundingBox();
    assert.ok(box && box.width >= 4 && box.height >= 40);
    await bars.last().hover();
    const tip = page.locator("#tip");
    assert.match(
      (await tip.textContent()) ?? "",
      /^25 Nov 12:00 UTC: failed\n.*3 attempts\ntarget-postgres: column "discount"/s,
    );
    await bars.first().hover();
    assert.match((await tip.textContent()) ?? "", /succeeded/);
    await page.mouse.move(2, 2);
    assert.ok(await tip.isHidden());
    await page.close();
  });

  test("report: everything works by keyboard", async () => {
    const { page } = await open("phone", "dark");
    const summary = page.locator("details", { hasText: "orders-to-warehouse" }).locator("summary");
    await summary.focus();
    // The focus scrolls the page, and a scroll hides what is shown: its event comes with the next frame.
    await page.evaluate(
      "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))",
    );
    await page.keyboard.press("ArrowLeft");
    assert.match((await page.locator("#tip").textContent()) ?? "", /^25 Nov 12:00 UTC: failed/);
    await page.keyboard.press("ArrowLeft");
    assert.match((await page.locator("#tip").textContent()) ?? "", /^25 Nov 11:45 UTC: failed/);
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#tip").isHidden());
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("details[open] tbody tr").count(), 20);
    assert.ok(await page.locator("details[open] table").isVisible());
    await page.close();
  });

  test("report: pipelines are filtered by condition and by name", async () => {
    const { page } = await open("desktop", "light");
    const visible = () => page.locator("details:visible").count();
    const all = await visible();
    await page.locator(".sum button", { hasText: "failing" }).click();
    assert.equal(await visible(), 3);
    await page.locator("#find").fill("ORDERS");
    assert.equal(await visible(), 1);
    await page.locator("#find").fill("nowhere");
    assert.ok(await page.locator("#nothing").isVisible());
    await page.locator(".sum button", { hasText: "failing" }).click();
    await page.locator("#find").fill("");
    assert.equal(await visible(), all);
    await page.close();
  });

  test("report: runs are visible without scripts", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`file://${file}`);
    await page.locator("summary").first().click();
    assert.equal(await page.locator("details[open] tbody tr").count(), 3);
    assert.ok(await page.locator("#find").isHidden());
    await context.close();
  });
});
