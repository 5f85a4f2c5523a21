/** Words in the names of settings that identify where data is. */
const WORDS = new Set([
  ...[
    "host",
    "hosts",
    "hostname",
    "server",
    "port",
    "address",
    "endpoint",
    "url",
    "uri",
    "dsn",
    "domain",
    "subdomain",
    "site",
  ],
  ...[
    "database",
    "db",
    "dbname",
    "schema",
    "dataset",
    "warehouse",
    "catalog",
    "keyspace",
    "instance",
    "cluster",
  ],
  ...["project", "account", "workspace", "tenant", "organization", "org", "environment", "sandbox"],
  ...["bucket", "container", "path", "directory", "dir", "folder", "filename", "spreadsheet"],
]);

/**
 * Beginnings and endings of names without separators: `filepath`, `dbhost`, `baseurl`,
 * `spreadsheetid`. `port` is not one of them because of `export` and `report`.
 */
const COMPOUND =
  /^(database|dbname|dataset|bucket|spreadsheet)|(path|url|uri|host|hostname|bucket|endpoint|database|dataset|directory|folder)$/;

/** Words of settings that control how a location is accessed, not which one it is. */
const OTHER = new Set([
  ...[
    "key",
    "credential",
    "credentials",
    "certificate",
    "cert",
    "certs",
    "ca",
    "ssl",
    "tls",
    "ssh",
    "tunnel",
    "proxy",
    "token",
    "secret",
    "password",
  ],
  ...["auth", "oauth", "login", "redirect", "webhook", "log", "logging", "cache", "temp", "tmp"],
  ...[
    "type",
    "format",
    "mode",
    "version",
    "size",
    "limit",
    "timeout",
    "interval",
    "jsonpath",
    "xpath",
    "prefix",
    "flattening",
    "validate",
    "enabled",
    "enable",
  ],
]);

/**
 * Whether the name of a setting suggests that it identifies a location. Used for connectors that do
 * not list those settings.
 */
export function saysWhere(setting: string): boolean {
  const words = wordsOf(setting);
  return (
    words.some((word) => WORDS.has(word) || (COMPOUND.test(word) && !OTHER.has(word))) &&
    !words.some((word) => OTHER.has(word))
  );
}

/** Words of a name: `apiUrl`, `api_url` and `api-url` have two. */
export function wordsOf(setting: string): readonly string[] {
  return setting
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}
