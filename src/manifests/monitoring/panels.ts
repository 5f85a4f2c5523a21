import type { FieldConfigSource, Panel, RowPanel } from "@grafana/schema";

/** Units of Grafana. */
export type Unit = "short" | "s" | "bytes" | "percentunit" | "dateTimeAsIso";

/** A color and the value from which it applies. */
export interface Step {
  readonly value: number | null;
  readonly color: "green" | "yellow" | "red" | "text";
}

/** A query of a panel. */
export interface Query {
  /** PromQL. */
  readonly expr: string;
  /** Name of the series, such as `{{pipeline}}`. Default: none, for a table. */
  readonly legend?: string;
  /** Whether only the current value is queried. Default: false. */
  readonly instant?: boolean;
}

/** Position of a panel in Grafana's grid, which is 24 wide. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Options of every panel. */
export interface PanelArgs {
  readonly title: string;
  readonly description: string;
  readonly place: Place;
  readonly queries: readonly Query[];
  readonly unit: Unit;
  /** Default: one color. */
  readonly steps?: readonly Step[];
}

/** The dashboard's variable for the Prometheus data source. */
export const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

/** A panel with a single number. */
export function stat(args: PanelArgs): Panel {
  return {
    ...basePanel("stat", args),
    options: {
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
      colorMode: "value",
      graphMode: "none",
      textMode: "auto",
    },
  };
}

/** A panel with a time series. */
export function lines(args: PanelArgs): Panel {
  return {
    ...basePanel("timeseries", args),
    options: {
      legend: { displayMode: "list", placement: "bottom", showLegend: true },
      tooltip: { mode: "multi", sort: "desc" },
    },
  };
}

/** A table with one row per pipeline and one column per query. */
export function pipelineTable(args: PanelArgs & { readonly columns: readonly Column[] }): Panel {
  const base = basePanel("table", args);
  const overrides = args.columns.map(({ name, unit, steps }) => ({
    matcher: { id: "byName", options: name },
    properties: [
      { id: "unit", value: unit },
      ...(steps
        ? [
            { id: "thresholds", value: { mode: "absolute", steps } },
            { id: "custom.cellOptions", value: { type: "color-text" } },
          ]
        : []),
    ],
  }));
  const renameByName = Object.fromEntries([
    ["pipeline", "Pipeline"],
    ...args.columns.map(({ name }, index) => [`Value #${refId(index)}`, name]),
  ]) as { readonly [name: string]: string };
  return {
    ...base,
    fieldConfig: { defaults: base.fieldConfig.defaults, overrides },
    options: {
      showHeader: true,
      sortBy: [{ displayName: args.columns[0]?.name ?? "Pipeline", desc: true }],
    },
    transformations: [
      { id: "merge", options: {} },
      { id: "organize", options: { excludeByName: { Time: true }, renameByName } },
    ],
  };
}

/** A column of a table, in the order of the queries. */
export interface Column {
  readonly name: string;
  readonly unit: Unit;
  readonly steps?: readonly Step[];
}

/** A row heading. */
export function row(title: string, y: number): RowPanel {
  return {
    type: "row",
    title,
    collapsed: false,
    id: y + 1000,
    gridPos: { x: 0, y, w: 24, h: 1 },
    panels: [],
  };
}

function basePanel(
  type: string,
  { title, description, place, queries, unit, steps }: PanelArgs,
): Panel & { fieldConfig: FieldConfigSource } {
  return {
    type,
    id: place.y * 24 + place.x + 1,
    title,
    description,
    gridPos: { ...place },
    datasource: DATASOURCE,
    targets: queries.map(({ expr, legend, instant }, index) => ({
      refId: refId(index),
      datasource: DATASOURCE,
      expr,
      ...(legend !== undefined && { legendFormat: legend }),
      ...(instant && {
        instant: true,
        range: false,
        format: type === "table" ? "table" : "time_series",
      }),
    })),
    fieldConfig: {
      defaults: {
        unit,
        ...(steps && {
          thresholds: { mode: "absolute" as never, steps: steps.map((step) => ({ ...step })) },
        }),
      },
      overrides: [],
    },
  };
}

function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}
