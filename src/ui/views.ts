import type { Rights } from "./buttons";
import type { ConsoleSource } from "./source";
import type { View } from "./view";
import { nextView } from "./views/next";
import { pipelineView } from "./views/pipeline";
import { pipelinesView } from "./views/pipelines";
import { runView } from "./views/run";
import { runningView } from "./views/running";
import { schemasView } from "./views/schemas";
import { timelineView } from "./views/timeline";

/** The page of an address; undefined if there is none. */
export async function viewOf(
  source: ConsoleSource,
  url: URL,
  rights: Rights,
  now = new Date(),
): Promise<View | undefined> {
  const { live } = source;
  switch (url.pathname) {
    case "/":
      return pipelinesView(live, url, now);
    case "/running":
      return runningView(live, now, rights);
    case "/timeline":
      return timelineView(live, url, now);
    case "/next":
      return nextView(live, url, now);
    case "/schemas":
      return schemasView(live, url, now);
  }
  const match = /^\/pipelines\/([^/]+)(?:\/runs\/([^/]+))?$/.exec(url.pathname);
  const [pipeline, run] = [decoded(match?.[1]), decoded(match?.[2])];
  if (pipeline === undefined) return undefined;
  return run === undefined
    ? pipelineView(source, pipeline, now, rights)
    : runView(source, { pipeline, run }, now, rights);
}

function decoded(part: string | undefined): string | undefined {
  try {
    return part && decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
