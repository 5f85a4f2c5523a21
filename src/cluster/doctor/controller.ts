import { idleBecause } from "../controller";
import { type Check, ifKnown } from "./check";
import { fail, ok, warn } from "./finding";

const ARGO_MAJOR = 4;

/** Is Argo's controller running in a supported version? */
export const controllerCheck: Check = ({ controllers, controllerPods }) =>
  ifKnown("controller", controllers, (found) => {
    const [controller, ...others] = found;
    if (controller === undefined)
      return fail(
        "controller",
        "no Deployment has the label app.kubernetes.io/component=workflow-controller",
        ({ onStack }) => `install Argo Workflows: ${onStack("up")}`,
      );
    const where = `${controller.metadata.namespace}/${controller.metadata.name}`;
    const version = /:v?(\d+)[^:/]*$/.exec(
      controller.spec.template?.spec?.containers?.[0]?.image ?? "",
    );
    const restarts = controllerPods.ok
      ? Math.max(
          0,
          ...controllerPods.value
            .flatMap(({ status }) => status?.containerStatuses ?? [])
            .map(({ restartCount }) => restartCount ?? 0),
        )
      : 0;
    const several =
      others.length > 0
        ? warn(
            "controller",
            `${found.length} controllers: ${found.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(", ")}`,
            "restrict each to its own namespaces, or remove all but one: two controllers start runs twice",
          )
        : [];
    const idle = idleBecause(controller);
    if (idle !== undefined) return [...several, ...fail("controller", idle.found, idle.todo)];
    if (version !== null && Number(version[1]) < ARGO_MAJOR)
      return [
        ...several,
        ...fail(
          "controller",
          `${where} has version ${version[1]}`,
          `upgrade Argo Workflows to version ${ARGO_MAJOR}`,
        ),
      ];
    if (restarts > 3)
      return [
        ...several,
        ...warn("controller", `${where} restarted ${restarts} times`, ({ kubectl }) =>
          kubectl(`logs -p -n ${controller.metadata.namespace} deploy/${controller.metadata.name}`),
        ),
      ];
    return [...several, ...ok("controller", `${where} is ready`)];
  });
