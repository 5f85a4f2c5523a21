import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  bookmarkOf,
  diffStates,
  newestBookmark,
  setBack,
  streamsOf,
  timeOf,
  withBookmark,
} from "../../src/store/state/bookmarks";
import { JsonText, toJsonText } from "../../src/common/json";

const SDK = JsonText.parse(
  '{"bookmarks": {"orders": {"replication_key": "updated_at", "replication_key_value": "2026-11-20T08:00:00+02:00"}, "users": {"replication_key": "id", "replication_key_value": 12345678901234567890}}}',
);

test("bookmark time: a date is the end of its day, and a time without zone is UTC", () => {
  assert.equal(timeOf("2026-11-20"), Date.parse("2026-11-21T00:00:00Z"));
  assert.equal(timeOf("2026-11-20 08:00"), Date.parse("2026-11-20T08:00:00Z"));
  assert.equal(timeOf("2026-11-20T08:00:00.5+0200"), Date.parse("2026-11-20T06:00:00Z"));
  assert.equal(timeOf("2026-11-20T08:00:00-01:30"), Date.parse("2026-11-20T09:30:00Z"));
  for (const text of ["2026-02-30", "7", "yesterday", "2026-11"])
    assert.equal(timeOf(text), undefined, text);
});

test("newest bookmark: it is the latest date anywhere in the state", () => {
  assert.equal(newestBookmark(SDK)?.value, "2026-11-20T08:00:00+02:00");
  assert.equal(newestBookmark(toJsonText({ start_date: "2026-11-02" }))?.value, "2026-11-02");
  for (const state of [{}, { bookmarks: { users: { id: 7 } } }])
    assert.equal(newestBookmark(toJsonText(state)), undefined);
  for (const state of [null, undefined]) assert.equal(newestBookmark(state), undefined);
});

suite("one stream of a state", () => {
  test("stream of a state: it is named, read, replaced and removed; all other bytes stay", () => {
    assert.deepEqual(streamsOf(SDK), ["orders", "users"]);
    assert.equal(
      bookmarkOf(SDK, "users")?.text,
      '{"replication_key": "id", "replication_key_value": 12345678901234567890}',
    );
    assert.equal(
      withBookmark(SDK, "users", undefined).text,
      SDK.text.replace(/, "users".*\}\}\}/, "}}"),
    );
    assert.equal(
      withBookmark(SDK, "users", JsonText.parse("1.10")).text,
      SDK.text.replace(/"users".*\}\}\}/, '"users": 1.10}}'),
    );
    assert.equal(
      withBookmark(null, "users", JsonText.parse("9")).text,
      '{"bookmarks": {"users": 9}}',
    );
  });

  test("stream of a state: a state without bookmarks has none", () => {
    const state = toJsonText({ start_date: "2026-11-02" });
    assert.deepEqual(streamsOf(state), []);
    assert.throws(
      () => withBookmark(state, "users", JsonText.parse("1")),
      /^UserError: The state has no bookmarks by stream \(\{"start_date":"2026-11-02"\}\)\.\nChange the whole state, without --stream\.$/,
    );
  });
});

test("state set back to a day: each value keeps its form, and all other bytes stay", () => {
  const state = (a: string, b: string, c: string, e: string) =>
    JsonText.parse(
      `{"bookmarks": {"a":"${a}", "b": {"at": "${b}", "10": 1.10, "2": 12345678901234567890}, "c": "${c}", "d":"2026-10-01", "e":"${e}", "2026-11-20": "é\\u00e9"}}`,
    );
  const back = setBack(
    state("2026-11-20", "2026-11-20T08:00:00Z", "2026-11-20 08:00:00+02:00", "2026-11-20T08:00:00"),
    "2026-11-01",
  );
  assert.deepEqual(back, {
    state: state(
      "2026-11-01",
      "2026-11-01T00:00:00Z",
      "2026-11-01 00:00:00+00:00",
      "2026-11-01T00:00:00",
    ),
    changed: 4,
  });
  assert.equal(setBack(toJsonText({ start_date: "2026-11-01" }), "2026-11-01").changed, 0);
});

test("difference of states: it names the changed values exactly", () => {
  assert.deepEqual(diffStates(SDK, withBookmark(SDK, "users", undefined)), [
    'bookmarks.users.replication_key: "id" -> none',
    "bookmarks.users.replication_key_value: 12345678901234567890 -> none",
  ]);
  assert.deepEqual(diffStates(null, JsonText.parse('{"id": [1, {}], "n": null}')), [
    "id.0: none -> 1",
    "id.1: none -> {}",
    "n: none -> null",
  ]);
  assert.deepEqual(
    diffStates(
      JsonText.parse('{"id": 9007199254740992}'),
      JsonText.parse('{"id": 9007199254740993}'),
    ),
    ["id: 9007199254740992 -> 9007199254740993"],
  );
  assert.deepEqual(diffStates(SDK, JsonText.parse(` ${SDK.text} `)), []);
});
