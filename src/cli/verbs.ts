import type { Command } from "commander";

/** Loads the module of a verb and returns the function that adds the verb to the program. */
type LoadVerb = () => Promise<(program: Command) => void>;

const loadSuspend: LoadVerb = async () => (await import("./suspend.js")).addSuspend;

const loadDeploy: LoadVerb = async () => (await import("./deploy.js")).addDeploy;

/** In the order of the help. */
const VERBS: { readonly [verb: string]: LoadVerb } = {
  init: async () => (await import("./init.js")).addInit,
  search: async () => (await import("./search.js")).addSearch,
  add: async () => (await import("./add.js")).addAdd,
  list: async () => (await import("./list.js")).addList,
  validate: async () => (await import("./validate.js")).addValidate,
  discover: async () => (await import("./discover.js")).addDiscover,
  select: async () => (await import("./select.js")).addSelect,
  check: async () => (await import("./check.js")).addCheck,
  test: async () => (await import("./test.js")).addTest,
  run: async () => (await import("./run.js")).addRun,
  backfill: async () => (await import("./backfill.js")).addBackfill,
  status: async () => (await import("./status.js")).addStatus,
  runs: async () => (await import("./runs.js")).addRuns,
  logs: async () => (await import("./logs.js")).addLogs,
  artifacts: async () => (await import("./artifacts.js")).addArtifacts,
  state: async () => (await import("./state.js")).addState,
  schema: async () => (await import("./schema.js")).addSchema,
  config: async () => (await import("./config.js")).addConfig,
  cancel: async () => (await import("./cancel.js")).addCancel,
  retry: async () => (await import("./retry.js")).addRetry,
  suspend: loadSuspend,
  resume: loadSuspend,
  ui: async () => (await import("./ui.js")).addUi,
  doctor: async () => (await import("./doctor.js")).addDoctor,
  report: async () => (await import("./report.js")).addReport,
  render: async () => (await import("./render.js")).addRender,
  "preview-comment": async () => (await import("./preview-comment.js")).addPreviewComment,
  up: loadDeploy,
  down: loadDeploy,
  recover: loadDeploy,
  pulumi: async () => (await import("./deploy.js")).addPulumi,
  build: async () => (await import("./build.js")).addBuild,
  pin: async () => (await import("./deploy.js")).addPin,
  sbom: async () => (await import("./deploy.js")).addSbom,
  lock: async () => (await import("./deploy.js")).addLock,
  import: async () => (await import("./import.js")).addImport,
};

/**
 * Adds the requested verb to the program, or all of them for the help. Loading the modules of all
 * verbs takes longer than most commands.
 */
export async function addVerbs(program: Command, requested: string | undefined): Promise<void> {
  const one =
    requested !== undefined && Object.hasOwn(VERBS, requested) ? VERBS[requested] : undefined;
  const loaders = one === undefined ? [...new Set(Object.values(VERBS))] : [one];
  for (const addVerb of await Promise.all(loaders.map((load) => load()))) addVerb(program);
}
