/**
 * A number with commas between thousands and at most three decimals, as `toLocaleString("en-US")`
 * writes it. The first call of that function takes 15 ms, a twentieth of a short command.
 *
 * @example `formatNumber(1234567) === "1,234,567"`
 */
export function formatNumber(number: number): string {
  if (!(Math.abs(number) < 1e15)) return number.toLocaleString("en-US");
  const [whole = "", decimals] = String(Number(number.toFixed(3))).split(".");
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}
