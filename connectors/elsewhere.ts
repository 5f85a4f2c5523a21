/**
 * Settings that only a published connector has, with what to use instead.
 *
 * @param identifier of the published connector, such as `tapPostgresSdk`.
 * @param published its settings.
 * @param own settings of the connector without them.
 */
export function elsewhere(
  identifier: string,
  published: object,
  own: object,
): { readonly [setting: string]: string } {
  const names = Object.keys(published).filter((name) => !(name in own));
  return Object.fromEntries(names.map((name) => [name, `Use ${identifier}, which has it.`]));
}
