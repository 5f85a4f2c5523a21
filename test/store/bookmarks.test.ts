import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { bookmarkOf, diffStates, newestBookmark, setBack, streamsOf, timeOf, withBookmark } from "../../store/bookmarks";

const SDK = { bookmarks: { orders: { replication_key: "updated_at", replication_key_value: "2026-11-20T08:00:00+02:00" }, users: { replication_key: "id", replication_key_value: 7 } } };

test("the time of a bookmark: a date is the end of its day, a time without zone is UTC", () => {
  assert.equal(timeOf("2026-11-20"), Date.parse("2026-11-21T00:00:00Z"));
  assert.equal(timeOf("2026-11-20 08:00"), Date.parse("2026-11-20T08:00:00Z"));
  assert.equal(timeOf("2026-11-20T08:00:00.5+0200"), Date.parse("2026-11-20T06:00:00Z"));
  assert.equal(timeOf("2026-11-20T08:00:00-01:30"), Date.parse("2026-11-20T09:30:00Z"));
  for (const text of ["2026-02-30", "7", "yesterday", "2026-11"]) assert.equal(timeOf(text), undefined, text);
});

test("the newest bookmark is the latest date anywhere in the state", () => {
  assert.equal(newestBookmark(SDK)?.value, "2026-11-20T08:00:00+02:00");
  assert.equal(newestBookmark({ start_date: "2026-11-02" })?.value, "2026-11-02");
  for (const state of [null, undefined, {}, { bookmarks: { users: { id: 7 } } }]) assert.equal(newestBookmark(state), undefined);
});

suite("one stream of a state", () => {
  test("is named, read, replaced and taken out", () => {
    assert.deepEqual(streamsOf(SDK), ["orders", "users"]);
    assert.deepEqual(bookmarkOf(SDK, "users"), SDK.bookmarks.users);
    assert.deepEqual(withBookmark(SDK, "users", undefined), { bookmarks: { orders: SDK.bookmarks.orders } });
    assert.deepEqual(withBookmark({ ...SDK, currently_syncing: "users" }, "users", 9), { bookmarks: { orders: SDK.bookmarks.orders, users: 9 }, currently_syncing: "users" });
    assert.deepEqual(withBookmark(null, "users", 9), { bookmarks: { users: 9 } });
  });

  test("is not there where the state has no bookmarks by stream", () => {
    assert.deepEqual(streamsOf({ start_date: "2026-11-02" }), []);
    assert.throws(() => withBookmark({ start_date: "2026-11-02" }, "users", 1), /^UserError: the state has no bookmarks by stream \(\{"start_date":"2026-11-02"\}\): change it as a whole, without --stream$/);
  });
});

test("a state is set back to a day in the form that each value has", () => {
  const state = { bookmarks: { a: "2026-11-20", b: { at: "2026-11-20T08:00:00Z", id: 7 }, c: "2026-11-20 08:00:00+02:00", d: "2026-10-01", e: "2026-11-20T08:00:00" } };
  const back = setBack(state, "2026-11-01");
  assert.deepEqual(back, { state: { bookmarks: { a: "2026-11-01", b: { at: "2026-11-01T00:00:00Z", id: 7 }, c: "2026-11-01 00:00:00+00:00", d: "2026-10-01", e: "2026-11-01T00:00:00" } }, changed: 4 });
  assert.equal(setBack({ start_date: "2026-11-01" }, "2026-11-01").changed, 0);
});

test("the difference between two states names the places", () => {
  assert.deepEqual(diffStates(SDK, withBookmark(SDK, "users", undefined)), ['bookmarks.users.replication_key: "id" -> none', "bookmarks.users.replication_key_value: 7 -> none"]);
  assert.deepEqual(diffStates(null, { id: 1 }), ["id: none -> 1"]);
  assert.deepEqual(diffStates(SDK, SDK), []);
});
