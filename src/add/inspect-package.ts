import { execFile } from "node:child_process";
import { parseJson } from "../common/json";
import { UserError } from "../common/errors";
import type { JsonObject } from "../model/connector-settings";
import { readPipSettings } from "../run/environments/pip-settings";

/** Facts of an installed package. */
export interface PackageFacts {
  /** Name and version on the index, of the package's metadata. */
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly homePage: string;
  /** Such as `>=3.8,<3.13`. */
  readonly requiresPython: string;
  /** Commands that it installs. */
  readonly commands: readonly string[];
  /** `REQUIRED_CONFIG_KEYS` of a connector that is built with singer-python. */
  readonly requiredKeys: readonly string[];
  /** Sample config, with the place where it was found. */
  readonly sample?: { readonly from: string; readonly config: JsonObject };
}

/** Names of sample configs in the repositories and archives of connectors. */
const SAMPLES = String.raw`(^|/)(config[._-]?(sample|example)|(sample|example)[._-]config)(\.json)?(\.(sample|example|dist|template))?$|(^|/)config\.json\.\w+$`;

/**
 * Reads the metadata of the package that installs a connector, and the names of settings that older
 * connectors have in their code, README, source archive or repository. It runs in the package's
 * environment and starts nothing of the package.
 */
const INSPECT = `
import io, json, os, re, ssl, sys, tarfile, urllib.request
from importlib.metadata import distributions
wanted, code_folder, index, cafile = sys.argv[1:5]
plain = lambda text: re.sub(r"[-_.]+", "-", text or "").lower()
def commands(dist):
    return sorted(e.name for e in dist.entry_points if e.group == "console_scripts")
all_dists = [d for d in distributions() if d.metadata["Name"]]
by_name = [d for d in all_dists if plain(d.metadata["Name"]) == plain(wanted)]
direct = [d for d in all_dists if d.read_text("direct_url.json")]
singer = [d for d in all_dists if any(re.match("(tap|target)-", c) for c in commands(d))]
dist = (by_name or direct or singer or [None])[0]
if dist is None:
    sys.exit("no package")
meta = dist.metadata
required, sample = [], None
config_name = re.compile(r"${SAMPLES}")
def try_json(text):
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) and value and all(isinstance(k, str) for k in value) else None
for file in dist.files or []:
    if str(file).endswith(".py"):
        try:
            text = file.read_text()
        except (OSError, UnicodeDecodeError, AttributeError):
            continue
        for found in re.findall(r"REQUIRED_CONFIG_KEYS\\w*\\s*=\\s*\\[([^\\]]*)\\]", text or ""):
            required += re.findall(r"[\\"']([\\w.-]+)[\\"']", found)
def consider(name, text):
    global sample
    value = try_json(text)
    if sample is None and value is not None:
        sample = {"from": name, "config": value}
if code_folder:
    for folder, folders, files in os.walk(code_folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in ("tests", "node_modules"))
        for name in sorted(files):
            path = os.path.relpath(os.path.join(folder, name), code_folder)
            if config_name.search(path):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    consider(path, file.read())
elif index:
    try:
        context = ssl.create_default_context(cafile=cafile or None)
        url = "%s/%s/" % (index.rstrip("/"), plain(meta["Name"]))
        accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
        with urllib.request.urlopen(urllib.request.Request(url, headers=accept), timeout=20, context=context) as answer:
            files = json.load(answer)["files"]
        archives = [f["url"] for f in files if f["filename"].endswith(".tar.gz") and f["filename"][:-7].rpartition("-")[2] == dist.version]
        if archives:
            with urllib.request.urlopen(urllib.parse.urljoin(url, archives[0]), timeout=30, context=context) as answer:
                archive = tarfile.open(fileobj=io.BytesIO(answer.read()))
            for member in sorted(archive.getmembers(), key=lambda m: m.name):
                if member.isfile() and member.size < 1 << 20 and config_name.search(member.name):
                    consider(member.name.partition("/")[2], archive.extractfile(member).read().decode("utf-8", "replace"))
    except Exception as error:
        print("source archive: %s" % error, file=sys.stderr)
readme = meta.get_payload() or meta.get("Description") or ""
blocks = re.findall(r"\`\`\`\\w*\\s*\\n(\\s*\\{.*?)\`\`\`", readme, re.S)
known = set(required)
for block in blocks:
    value = try_json(re.sub(r",(\\s*[}\\]])", r"\\1", block))
    # An example of a record or a catalog is no config.
    if value is not None and "type" not in value and "streams" not in value and "bookmarks" not in value and (not known or known & set(value)):
        consider("README", json.dumps(value))
home = meta["Home-page"] or next((u.partition(", ")[2] for u in meta.get_all("Project-URL") or []), "")
print(json.dumps({
    "name": meta["Name"], "version": dist.version, "summary": meta["Summary"] or "",
    "homePage": "" if home in ("UNKNOWN", None) else home, "requiresPython": meta["Requires-Python"] or "",
    "commands": commands(dist), "requiredKeys": sorted(set(required), key=required.index), **({"sample": sample} if sample else {}),
}))`;

/** Where the facts of a package are read. */
export interface InspectOptions {
  /** Python of the package's environment. */
  readonly python: string;
  /** Name of the package; empty if only its address is known. */
  readonly name: string;
  /** Folder with its code; undefined for a package of the index. */
  readonly code?: string | undefined;
  /** Package index whose source archive is read for a sample config. Default: it is not read. */
  readonly index?: string | undefined;
}

/** Reads the facts of an installed package. @throws UserError if nothing that was installed is a connector. */
export async function inspectPackage({
  python,
  name,
  code = "",
  index = "",
}: InspectOptions): Promise<PackageFacts> {
  const pip = readPipSettings(process.env);
  const args = ["-I", "-c", INSPECT, name.replace(/\[.*/, ""), code, index, pip["cert"] ?? ""];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      python,
      args,
      { timeout: 90_000, maxBuffer: 1 << 26, encoding: "utf8" },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        if (stderr.trim() === "no package") return resolve("null");
        reject(new Error(stderr));
      },
    );
  });
  const facts = parseJson(output) as PackageFacts | null;
  if (facts === null)
    throw new UserError(`${name === "" ? "the package" : name} is not a Singer connector.`, {
      fix: "Name the package of a tap or target.",
    });
  return facts;
}
