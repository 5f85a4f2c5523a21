import { isSecretReference } from "../connector-settings";
import type { Notifications } from "../notifications";
import { channels } from "./channels";
import { kindOf, list, oneOf, record, type Check } from "./checks";

/** Addresses and keys are secrets, so messages do not contain a text in their place. */
const secret: Check = (value, at) =>
  isSecretReference(value)
    ? []
    : [`${at} must be a secret, such as secret("orders-channel"), not ${kindOf(value)}`];

const fields: { readonly [Key in keyof Required<Notifications>]: Check } = {
  on: list(oneOf("started", "succeeded", "failed", "recovered"), "allowed"),
  webhook: secret,
  channels: channels({ secret, isSecret: isSecretReference }),
};

/** Checks the notifications of an entry. */
export const notifications: Check = record(fields);
