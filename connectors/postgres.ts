import type { SettingType } from "../src/model/connector-settings";

/** How tap-postgres and target-postgres find and enter a database. */
export interface PostgresConnection {
  /** Name or address of the server, such as `db.example.com`. Needed unless `sqlalchemy_url` is given. */
  readonly host?: string;

  /** Port of the server. Default: 5432. */
  readonly port?: number;

  /** User to log in as. Needed unless `sqlalchemy_url` is given. */
  readonly user?: string;

  /** Password of the user: `secret("…")`. */
  readonly password?: string;

  /** Database to connect to. Needed unless `sqlalchemy_url` is given. */
  readonly database?: string;

  /** All of the above in one, such as `postgresql://user:password@host:5432/database`; the others are ignored then. */
  readonly sqlalchemy_url?: string;

  /** A bastion host that the connection goes through. Default: none. */
  readonly ssh_tunnel?: SshTunnel;

  /** Check who the server is, as `ssl_mode` says. Default: false. */
  readonly ssl_enable?: boolean;

  /**
   * How strictly the server is checked.
   * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
   * Default: `verify-full`.
   */
  readonly ssl_mode?: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";

  /** Certificate of the authority that signed the server's, as text or as a file. Default: `~/.postgresql/root.crl`. */
  readonly ssl_certificate_authority?: string;

  /** Show a certificate to the server. Default: false. */
  readonly ssl_client_certificate_enable?: boolean;

  /** That certificate, as text or as a file. Default: `~/.postgresql/postgresql.crt`. */
  readonly ssl_client_certificate?: string;

  /** Its key, as text or as a file: `secret("…")`. Default: `~/.postgresql/postgresql.key`. */
  readonly ssl_client_private_key?: string;

  /** Folder that certificates given as text are written to. Default: `.secrets`. */
  readonly ssl_storage_directory?: string;
}

/** A bastion host, entered by SSH, that forwards a database connection. */
export interface SshTunnel {
  /** Use it. Default: false. */
  readonly enable?: boolean;
  /** Name or address of the bastion host. */
  readonly host?: string;
  /** Its SSH port. Default: 22. */
  readonly port?: number;
  /** User on the bastion host. */
  readonly username?: string;
  /** Private key of the user, in PEM: `secret("…")`. */
  readonly private_key?: string;
  /** Password of the private key: `secret("…")`. Default: it has none. */
  readonly private_key_password?: string;
}

/** Types of {@link PostgresConnection}. */
export const postgresConnection = {
  host: "string",
  port: "number",
  user: "string",
  password: "string",
  database: "string",
  sqlalchemy_url: "string",
  ssh_tunnel: "json",
  ssl_enable: "boolean",
  ssl_mode: "string",
  ssl_certificate_authority: "string",
  ssl_client_certificate_enable: "boolean",
  ssl_client_certificate: "string",
  ssl_client_private_key: "string",
  ssl_storage_directory: "string",
} as const satisfies Record<keyof PostgresConnection, SettingType>;
