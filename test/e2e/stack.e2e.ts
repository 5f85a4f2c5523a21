import { after, before } from "node:test";
import { testFaults, testMistakes } from "./faults";
import { testChanges, testUp } from "./installation";
import { testRuns } from "./runs";
import { makeScene, type Scene } from "./scene";
import { testVerbs } from "./verbs";

let made: Scene | undefined;

/** The scene that is shared: each test goes on from what those before it left. */
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
testFaults(scene);
testMistakes(scene);
testChanges(scene);
