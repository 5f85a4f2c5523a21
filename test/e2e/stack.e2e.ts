import { after, before } from "node:test";
import { testFaults, testMistakes } from "./faults";
import { testImages } from "./images";
import { testChanges, testUp } from "./installation";
import { testInterrupted } from "./interrupted";
import { parameterOf } from "./kubernetes";
import { testRuns } from "./runs";
import { makeScene, NAMESPACE, type Scene } from "./scene";
import { testVerbs } from "./verbs";

let made: Scene | undefined;

/** The shared scene: each test continues from the state that earlier ones left. */
const scene = (): Scene => {
  if (made === undefined) throw new Error("what the tests need could not be made ready");
  return made;
};

before(async () => {
  made = await makeScene();
});

after(() => made?.close());

testUp(scene);
testRuns(scene);
testVerbs(scene);
testImages(() => ({
  tap: parameterOf("exchange-rates-classic", "tapImage", NAMESPACE),
  target: parameterOf("exchange-rates", "targetImage", NAMESPACE),
  warehouse: parameterOf("rates-warehouse", "targetImage", NAMESPACE),
  source: `${scene().sourceUrl}/v1`,
}));
testFaults(scene);
testMistakes(scene);
testInterrupted(scene);
testChanges(scene);
