import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { describe, test } from "node:test";
import { UserError } from "../../src/common/errors";
import { folderError } from "../../src/store/folder-errors";

const failure = (code: string): Error => Object.assign(new Error(`${code}: something`), { code });

describe("errors of a folder as store", () => {
  const root = tmpdir();
  const table = [
    {
      code: "EACCES",
      exit: 1,
      says: "Cannot write /s/a: permission denied.\nChoose a folder that you can read and write.",
    },
    {
      code: "EROFS",
      exit: 1,
      says: "Cannot write /s/a: the disk is read-only.\nChoose a folder that you can read and write.",
    },
    {
      code: "ENOSPC",
      exit: 1,
      says: "Cannot write /s/a: the disk is full.\nFree some space, or choose a folder on another disk.",
    },
    {
      code: "EDQUOT",
      exit: 1,
      says: "Cannot write /s/a: your disk quota is used up.\nFree some space, or choose a folder on another disk.",
    },
    { code: "EIO", exit: 1, says: "Cannot write /s/a: EIO: something" },
  ];
  for (const { code, exit, says } of table) {
    test(`folder errors: ${code} is one line with what and where`, () => {
      const error = folderError(failure(code), root, "write /s/a");
      assert.equal(error.message, says);
      assert.equal(error.exitCode, exit);
    });
  }

  test("folder errors: an explained error stays unchanged", () => {
    const error = new UserError("said");
    assert.equal(folderError(error, root, "write"), error);
  });
});
