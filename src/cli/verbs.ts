import type { Command } from "commander";
import { load } from "./load";

/** Loads the module of a verb and returns what adds the verb to the program. */
type LoadVerb = () => (program: Command) => void;

const loadSuspend: LoadVerb = () => (load("./suspend") as typeof import("./suspend")).addSuspend;

const loadDeploy: LoadVerb = () => (load("./deploy") as typeof import("./deploy")).addDeploy;

/** In the order of the help. */
const VERBS: { readonly [verb: string]: LoadVerb } = {
  init: () => (load("./init") as typeof import("./init")).addInit,
  list: () => (load("./list") as typeof import("./list")).addList,
  validate: () => (load("./validate") as typeof import("./validate")).addValidate,
  check: () => (load("./check") as typeof import("./check")).addCheck,
  run: () => (load("./run") as typeof import("./run")).addRun,
  backfill: () => (load("./backfill") as typeof import("./backfill")).addBackfill,
  status: () => (load("./status") as typeof import("./status")).addStatus,
  runs: () => (load("./runs") as typeof import("./runs")).addRuns,
  logs: () => (load("./logs") as typeof import("./logs")).addLogs,
  artifacts: () => (load("./artifacts") as typeof import("./artifacts")).addArtifacts,
  state: () => (load("./state") as typeof import("./state")).addState,
  config: () => (load("./config") as typeof import("./config")).addConfig,
  cancel: () => (load("./cancel") as typeof import("./cancel")).addCancel,
  retry: () => (load("./retry") as typeof import("./retry")).addRetry,
  suspend: loadSuspend,
  resume: loadSuspend,
  ui: () => (load("./ui") as typeof import("./ui")).addUi,
  doctor: () => (load("./doctor") as typeof import("./doctor")).addDoctor,
  report: () => (load("./report") as typeof import("./report")).addReport,
  render: () => (load("./render") as typeof import("./render")).addRender,
  "preview-comment": () =>
    (load("./preview-comment") as typeof import("./preview-comment")).addPreviewComment,
  up: loadDeploy,
  down: loadDeploy,
  recover: loadDeploy,
  pulumi: () => (load("./deploy") as typeof import("./deploy")).addPulumi,
  pin: () => (load("./deploy") as typeof import("./deploy")).addPin,
  lock: () => (load("./deploy") as typeof import("./deploy")).addLock,
  import: () => (load("./import") as typeof import("./import")).addImport,
};

/**
 * Adds the verb that is asked for to the program; all of them where it is none of them, as for the help. To load the
 * modules of all verbs takes longer than most commands do.
 */
export function addVerbs(program: Command, asked: string | undefined): void {
  const one = asked !== undefined && Object.hasOwn(VERBS, asked) ? VERBS[asked] : undefined;
  for (const loadVerb of one === undefined ? new Set(Object.values(VERBS)) : [one])
    loadVerb()(program);
}
