import { stringifyJson } from "../../common/json";
import {
  all,
  isFields,
  kindOf,
  list,
  oneOf,
  quote,
  record,
  text,
  wholeNumber,
  type Check,
  type Rule,
} from "./checks";
import { oneLine } from "./names";
import { didYouMean } from "./nearest";

/** Placeholders in the `body` of a webhook. */
export const PLACEHOLDERS: readonly string[] = [
  "title",
  "text",
  "event",
  "status",
  "pipeline",
  "owner",
  "run",
  "workflow",
  "namespace",
  "seconds",
  "records",
  "leftOut",
  "schemaChanges",
  "slots",
  "error",
  "link",
  "key",
];

/** How secrets are written: as references in the array, by name in the settings of a stack. */
export interface SecretForm {
  /** Checks a secret. */
  readonly secret: Check;
  /** Whether a value is a secret among texts, such as the values of headers. */
  readonly isSecret: (value: unknown) => boolean;
}

/** Checks a list of notification channels. */
export function channels(form: SecretForm): Check {
  const kinds = kindsOf(form);
  const kind = oneOf(...Object.keys(kinds));
  return list((value, at) => {
    if (!isFields(value)) return [`${at} must be an object, not ${kindOf(value)}`];
    const { kind: name } = value;
    if (name === undefined) return [`${at}.kind is missing`];
    const check = typeof name === "string" && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    return check?.(value, at) ?? kind(name, `${at}.kind`);
  });
}

function kindsOf(form: SecretForm): { readonly [kind: string]: Check } {
  const { secret } = form;
  const incidents = { url: text(address), scope: text(oneLine) };
  return {
    slack: record({ kind: any, webhook: secret }, ["webhook"]),
    teams: record({ kind: any, webhook: secret }, ["webhook"]),
    pagerduty: record(
      {
        kind: any,
        routingKey: secret,
        severity: oneOf("critical", "error", "warning", "info"),
        ...incidents,
      },
      ["routingKey"],
    ),
    opsgenie: record(
      { kind: any, apiKey: secret, priority: oneOf("P1", "P2", "P3", "P4", "P5"), ...incidents },
      ["apiKey"],
    ),
    email: all(
      record(
        {
          kind: any,
          host: text(host),
          port: wholeNumber(1, 65535),
          security: oneOf("starttls", "tls", "none"),
          user: text(oneLine),
          password: secret,
          from: text(mailbox),
          to: list(text(mailbox)),
        },
        ["host", "from", "to"],
      ),
      login,
    ),
    webhook: record({ kind: any, url: secret, headers: headers(form), body }, ["url"]),
  };
}

const any: Check = () => [];

const address: Rule = (value) =>
  /^https?:\/\/[^\s/]+/.test(value) ? undefined : "must start with http:// or https://";

const host: Rule = (value) =>
  /^[A-Za-z0-9._-]+$/.test(value)
    ? undefined
    : `must be a host without a port, such as "smtp.example.com"`;

const mailbox: Rule = (value) =>
  /^([^<>@,\p{Cc}]+<[^\s<>@,]+@[A-Za-z0-9.-]+>|[^\s<>@,]+@[A-Za-z0-9.-]+)$/u.test(value)
    ? undefined
    : `must be an e-mail address, such as "data@example.com" or "Data <data@example.com>"`;

const login: Check = (value, at) => {
  const { user, password, security } = value as { readonly [field: string]: unknown };
  if ((user === undefined) !== (password === undefined))
    return [`${at}: user and password must be set together`];
  return password !== undefined && security === "none"
    ? [
        `${at}: security "none" would send the password unencrypted\nUse "starttls" or "tls", or remove user and password.`,
      ]
    : [];
};

function headers({ isSecret }: SecretForm): Check {
  return (value, at) => {
    if (!isFields(value)) return [`${at} must be an object, not ${kindOf(value)}`];
    return Object.entries(value).flatMap(([name, content]) => [
      ...(/^[A-Za-z0-9!#$%&'*+.^_|~-]+$/.test(name)
        ? []
        : [`${at} ${quote(name)}: must be the name of a header, such as "Authorization"`]),
      ...(isSecret(content) || (typeof content === "string" && /^[^\p{Cc}]*$/u.test(content))
        ? []
        : [`${at}.${name} must be a secret or text without control characters`]),
    ]);
  };
}

/** A misspelled placeholder would become an empty text in an alert. */
const body: Check = (value, at) => {
  const found = [...stringifyJson(value).matchAll(/\{\{ *(\w+) *\}\}/g)].map(([, name]) => name);
  return [...new Set(found)].flatMap((name) =>
    name === undefined || PLACEHOLDERS.includes(name)
      ? []
      : [
          `${at}: {{${name}}} is not a placeholder${didYouMean(name, PLACEHOLDERS) || `; use ${PLACEHOLDERS.join(", ")}`}`,
        ],
  );
};
