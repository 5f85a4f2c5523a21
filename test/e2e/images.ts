import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Sbom } from "../images/sbom-support";

/** The variables in the commands of docs/images.md. */
export interface ImagesScene {
  /** Images of tap-exchangeratesapi, target-csv and target-duckdb. */
  readonly tap: string;
  readonly target: string;
  readonly warehouse: string;
  /** Address of the source, as a container reaches it. */
  readonly source: string;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const DOCS = join(__dirname, "..", "..", "docs", "images.md");
const LOCK = join(__dirname, "..", "..", "connectors", "locks", "target-csv.txt");

/** Volumes that the commands create. */
const VOLUMES = ["rates", "csv", "any-user", "images-test"];

/** `docker run` of images that the stack built: every command of the docs as printed there, and rejected input. */
export function testImages(scene: () => ImagesScene): void {
  describe("docker run", () => {
    const folder = mkdtempSync(join(tmpdir(), "tapctl-images-"));
    const shell = (line: string): Promise<Ended> => {
      const { tap, target, warehouse, source } = scene();
      const env = {
        ...process.env,
        TAP: tap,
        TARGET: target,
        WAREHOUSE: warehouse,
        BASE_URL: source,
      };
      return new Promise((resolve) =>
        execFile(
          "bash",
          ["-o", "pipefail", "-c", line],
          { cwd: folder, env, maxBuffer: 1 << 26 },
          (error, stdout, stderr) =>
            resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
        ),
      );
    };
    const clean = () => void spawnSync("docker", ["volume", "rm", "--force", ...VOLUMES]);
    clean();
    after(() => {
      clean();
      rmSync(folder, { recursive: true, force: true });
    });

    test("docker run: every command of docs/images.md works as documented", async (t) => {
      const said = new Map<string, Ended>();
      for (const line of commands()) {
        const ended = await shell(line);
        assert.equal(ended.code, 0, `${line}\n${ended.stderr}`);
        said.set(line, ended);
        t.diagnostic(line);
      }
      const of = (pattern: RegExp): Ended =>
        [...said].find(([line]) => pattern.test(line))?.[1] ??
        assert.fail(`docs/images.md has no command like ${pattern}`);
      assert.match(of(/TAP --help/).stdout, /START_DATE +text[^]*--stdout/);
      assert.equal(
        (JSON.parse(of(/TAP --about/).stdout) as { readonly name: string }).name,
        "tap-exchangeratesapi",
      );
      assertLocked(of(/TARGET --sbom/).stdout);
      assert.match(
        of(/-v rates:\/singer \$TAP/).stderr,
        /bytes of records are in \/singer\/extract\.jsonl\n$/,
      );
      assert.match(
        of(/--name rates-tap/).stderr,
        /bytes of records are in \/tmp\/extract\.jsonl; it is lost with this container/,
      );
      assert.ok(statSync(join(folder, "extract.jsonl")).size > 1000);
      assert.deepEqual(Object.keys(JSON.parse(of(/-v rates:\/singer \$TARGET/).stdout) as object), [
        "start_date",
      ]);
      assert.match(
        of(/DESTINATION_PATH=\/singer\/csv/).stderr,
        /1 file is in \/singer\/csv\/today/,
      );
      assert.match(of(/DESTINATION_PATH=\/tmp/).stderr, /1 file is in \/tmp; it is lost/);
      assert.ok(Number(of(/BASE_URL_FILE/).stdout) > 3);
      assert.equal(
        Number(of(/opt\/code\/config\.json/).stdout),
        Number(of(/BASE_URL_FILE/).stdout),
      );
      assert.ok(Number(of(/END_DATE/).stdout) < Number(of(/BASE_URL_FILE/).stdout));
      assert.equal(readdirSync(join(folder, "data", "output")).length, 1);
      const piped = of(/--user 12345 --read-only .*--stdout \| docker run/);
      assert.match(piped.stderr, /1 file is in \/tmp\/output/);
    });

    test("docker run: a pipe and a volume load the same rows", async () => {
      const flags = "-e START_DATE=2026-11-10 -e END_DATE=2026-11-12 -e BASE_URL=$BASE_URL";
      assert.equal((await shell(`docker run --rm ${flags} -v images-test:/singer $TAP`)).code, 0);
      assert.equal(
        (
          await shell(
            "docker run --rm -v images-test:/singer -e DESTINATION_PATH=/singer/a $TARGET",
          )
        ).code,
        0,
      );
      assert.equal(
        (
          await shell(
            `docker run --rm ${flags} $TAP --stdout | docker run --rm -i -v images-test:/singer -e DESTINATION_PATH=/singer/b $TARGET`,
          )
        ).code,
        0,
      );
      const { stdout, code } = await shell(
        "docker run --rm -v images-test:/singer --entrypoint sh $TARGET -c 'cmp /singer/a/* /singer/b/* && wc -l < $(ls /singer/b/*)'",
      );
      assert.equal(code, 0);
      assert.equal(Number(stdout), 4);
    });

    const refused: readonly (readonly [string, string, RegExp])[] = [
      [
        "a setting that is missing",
        "docker run --rm $TAP",
        /tap-exchangeratesapi requires base_url \(-e BASE_URL=\.\.\.\)/,
      ],
      [
        "a setting of the wrong type",
        "docker run --rm -e BATCH_SIZE_ROWS=many -v images-test:/singer $TARGET",
        /environment variable BATCH_SIZE_ROWS must be a number, e\.g\. 10/,
      ],
      [
        "a target without input",
        "docker run --rm $TARGET",
        /no input: mount an extract at \/singer\/extract\.jsonl, or pipe one into docker run -i/,
      ],
      [
        "a folder of another user",
        "docker run --rm -e BASE_URL=$BASE_URL -v $PWD/made-by-docker:/singer $TAP",
        /\/singer belongs to user 0, and user 1000 cannot write to it: .*--user/,
      ],
      [
        "a container without a writable folder",
        "docker run --rm --read-only -e BASE_URL=$BASE_URL $TAP",
        /no folder is writable: mount a volume at \/singer/,
      ],
      [
        "an unknown flag",
        "docker run --rm -e BASE_URL=$BASE_URL $TAP --std",
        /unrecognized arguments: --std/,
      ],
    ];
    for (const [what, line, error] of refused) {
      test(`docker run: ${what} is one line and exit code 2`, async () => {
        const { code, stderr } = await shell(line);
        assert.equal(code, 2, stderr);
        assert.match(stderr, error);
        assert.equal(stderr.trim().split("\n").length, 1, stderr);
      });
    }

    test("docker run: if the source does not respond, the tap fails, and received records are kept", async () => {
      const { code, stderr } = await shell(
        "docker run --rm -e START_DATE=2026-11-10 -e BASE_URL=http://127.0.0.1:1 $TAP",
      );
      assert.equal(code, 10, stderr);
      assert.match(stderr, /cannot reach http:\/\/127\.0\.0\.1:1/);
    });

    test("docker stop: it ends a target that waits for input", async () => {
      const name = `images-test-${process.pid}`;
      assert.equal(
        (await shell(`docker run --detach --interactive --name ${name} $TARGET && sleep 2`)).code,
        0,
      );
      const begun = Date.now();
      await shell(`docker stop -t 60 ${name}`);
      assert.ok(Date.now() - begun < 40_000, "it did not hear the signal");
      assert.equal(
        (await shell(`docker wait ${name} && docker rm ${name} >/dev/null`)).stdout.trim(),
        "13",
      );
    });
  });
}

/** Asserts that the packages of an SBOM are files of the lock file. */
function assertLocked(text: string): void {
  const lock = readFileSync(LOCK, "utf8");
  const { components } = JSON.parse(text) as Sbom;
  const hashed = components.filter(({ hashes }) => hashes !== undefined);
  assert.ok(hashed.length > 20, text);
  for (const { name, hashes } of hashed)
    assert.ok(lock.includes(`sha256:${hashes?.[0]?.content}`), name);
}

/** The commands of the page, line by line; the first block sets placeholder names for the reader's. */
function commands(): readonly string[] {
  const blocks = [...readFileSync(DOCS, "utf8").matchAll(/^```sh\n([^]*?)^```$/gm)].map(
    ([, block = ""]) => block,
  );
  return blocks.slice(1).flatMap((block) => block.split("\n").filter((line) => line !== ""));
}
