import type { SettingType } from "../src/model/connector-settings";

/** Connection settings of tap-postgres and target-postgres. */
export interface PostgresConnection {
  /**
   * Host name or address of the server, such as `db.example.com`. Required without
   * `sqlalchemy_url`.
   */
  readonly host?: string;

  /** Port of the server. Default: 5432. */
  readonly port?: number;

  /** User name. Required without `sqlalchemy_url`. */
  readonly user?: string;

  /** Password of the user, as `secret("…")`. Default: none. */
  readonly password?: string;

  /** Database to connect to. Required without `sqlalchemy_url`. */
  readonly database?: string;

  /**
   * Connection URL, such as `postgresql://user:password@host:5432/database`. It replaces the
   * settings above. Default: none.
   */
  readonly sqlalchemy_url?: string;

  /** SSH tunnel through a bastion host. Default: none. */
  readonly ssh_tunnel?: SshTunnel;

  /** Whether the connection uses TLS, as set by `ssl_mode`. Default: false. */
  readonly ssl_enable?: boolean;

  /**
   * How strictly the server certificate is verified. Default: `verify-full`.
   * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
   */
  readonly ssl_mode?: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";

  /**
   * CA certificate that verifies the server certificate, as text or a file path. Default:
   * `~/.postgresql/root.crl`.
   */
  readonly ssl_certificate_authority?: string;

  /** Whether the connection presents a client certificate. Default: false. */
  readonly ssl_client_certificate_enable?: boolean;

  /** Client certificate, as text or a file path. Default: `~/.postgresql/postgresql.crt`. */
  readonly ssl_client_certificate?: string;

  /**
   * Private key of the client certificate, as text or a file path, as `secret("…")`. Default:
   * `~/.postgresql/postgresql.key`.
   */
  readonly ssl_client_private_key?: string;

  /** Folder for certificates that are given as text. Default: `.secrets`. */
  readonly ssl_storage_directory?: string;
}

/** SSH tunnel through a bastion host. */
export interface SshTunnel {
  /** Turns the tunnel on. Default: false. */
  readonly enable?: boolean;
  /** Host name or address of the bastion host. */
  readonly host?: string;
  /** SSH port of the bastion host. Default: 22. */
  readonly port?: number;
  /** User on the bastion host. */
  readonly username?: string;
  /** Private key of the user in PEM format, as `secret("…")`. */
  readonly private_key?: string;
  /** Passphrase of the private key, as `secret("…")`. Default: none. */
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
