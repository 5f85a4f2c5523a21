/**
 * Names of the IANA database without an area, with their current names. Controllers before Argo
 * 3.7.11 and 4.0.2 may not know them and then never start the schedule (argo-workflows#15653), so
 * the current name is deployed. Source: tzdata 2025b, files `backward` and `etcetera`.
 */
export const LEGACY_ZONES = {
  "Brazil/Acre": "America/Rio_Branco",
  "Brazil/DeNoronha": "America/Noronha",
  "Brazil/East": "America/Sao_Paulo",
  "Brazil/West": "America/Manaus",
  "Canada/Atlantic": "America/Halifax",
  "Canada/Central": "America/Winnipeg",
  "Canada/Eastern": "America/Toronto",
  "Canada/Mountain": "America/Edmonton",
  "Canada/Newfoundland": "America/St_Johns",
  "Canada/Pacific": "America/Vancouver",
  "Canada/Saskatchewan": "America/Regina",
  "Canada/Yukon": "America/Whitehorse",
  "Chile/Continental": "America/Santiago",
  "Chile/EasterIsland": "Pacific/Easter",
  Cuba: "America/Havana",
  Egypt: "Africa/Cairo",
  Eire: "Europe/Dublin",
  GB: "Europe/London",
  "GB-Eire": "Europe/London",
  GMT: "Etc/GMT",
  "GMT+0": "Etc/GMT",
  "GMT-0": "Etc/GMT",
  GMT0: "Etc/GMT",
  Greenwich: "Etc/GMT",
  Hongkong: "Asia/Hong_Kong",
  Iceland: "Atlantic/Reykjavik",
  Iran: "Asia/Tehran",
  Israel: "Asia/Jerusalem",
  Jamaica: "America/Jamaica",
  Japan: "Asia/Tokyo",
  Kwajalein: "Pacific/Kwajalein",
  Libya: "Africa/Tripoli",
  "Mexico/BajaNorte": "America/Tijuana",
  "Mexico/BajaSur": "America/Mazatlan",
  "Mexico/General": "America/Mexico_City",
  NZ: "Pacific/Auckland",
  "NZ-CHAT": "Pacific/Chatham",
  Navajo: "America/Denver",
  PRC: "Asia/Shanghai",
  Poland: "Europe/Warsaw",
  Portugal: "Europe/Lisbon",
  ROC: "Asia/Taipei",
  ROK: "Asia/Seoul",
  Singapore: "Asia/Singapore",
  Turkey: "Europe/Istanbul",
  UCT: "UTC",
  "US/Alaska": "America/Anchorage",
  "US/Aleutian": "America/Adak",
  "US/Arizona": "America/Phoenix",
  "US/Central": "America/Chicago",
  "US/East-Indiana": "America/Indiana/Indianapolis",
  "US/Eastern": "America/New_York",
  "US/Hawaii": "Pacific/Honolulu",
  "US/Indiana-Starke": "America/Indiana/Knox",
  "US/Michigan": "America/Detroit",
  "US/Mountain": "America/Denver",
  "US/Pacific": "America/Los_Angeles",
  "US/Samoa": "Pacific/Pago_Pago",
  Universal: "UTC",
  "W-SU": "Europe/Moscow",
  Zulu: "UTC",
} as const satisfies { readonly [name: string]: string };

/** A name of {@link LEGACY_ZONES}. */
export type LegacyZone = keyof typeof LEGACY_ZONES;

/**
 * Abbreviations that are also zone names, with the zone that is usually meant. They are refused:
 * `EST` is an hour off New York time for eight months of the year, and controllers differ in which
 * ones they know.
 */
export const ABBREVIATIONS: { readonly [name: string]: string } = {
  CET: "Europe/Berlin",
  CST6CDT: "America/Chicago",
  EET: "Europe/Athens",
  EST: "America/New_York",
  EST5EDT: "America/New_York",
  HST: "Pacific/Honolulu",
  MET: "Europe/Berlin",
  MST: "America/Denver",
  MST7MDT: "America/Denver",
  PST8PDT: "America/Los_Angeles",
  WET: "Europe/Lisbon",
};

/** Current name of a zone, which every controller knows. */
export function currentZone(name: string): string {
  return name in LEGACY_ZONES ? LEGACY_ZONES[name as LegacyZone] : name;
}
