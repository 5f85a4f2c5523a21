"use strict";
// Keeps a page up to date. Pages work without it, except for logs and changes.
const { body } = document;
const items = document.getElementById("items");
const head = document.getElementById("head");
const live = document.getElementById("live");
const note = document.getElementById("note");
const nothing = document.getElementById("nothing");
let updates;

/** Follows the page's updates: what changed is replaced, the rest stays as it is. */
function follow() {
  updates?.close();
  updates = new EventSource(body.dataset.events);
  updates.addEventListener("open", () => say("Live."));
  updates.addEventListener("error", () => say("Connection lost; reconnecting."));
  updates.addEventListener("message", ({ data }) => update(JSON.parse(data)));
}

function say(text) {
  if (live.textContent !== text) live.textContent = text;
}

function update(view) {
  note.hidden = !view.note;
  if (note.textContent !== (view.note ?? "")) note.textContent = view.note ?? "";
  if (view.head && head.dataset.v !== view.head.version) {
    head.innerHTML = view.head.markup;
    head.dataset.v = view.head.version;
  }
  for (const markup of view.items) place(markup);
  arrange(view.order);
  nothing.textContent = view.empty;
  nothing.hidden = view.order.length > 0 || view.empty === "";
}

/** Inserts an item, or replaces the one with its id if it differs. Markup from the server is escaped there. */
function place(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup;
  const fresh = template.content.firstElementChild;
  const old = find(fresh.dataset.id);
  if (!old) items.append(fresh);
  else if (old.dataset.v !== fresh.dataset.v) swap(old, fresh);
}

/** Replaces an item; the focus stays on the same link. */
function swap(old, fresh) {
  const at = old.contains(document.activeElement) ? [...old.querySelectorAll("a,button")].indexOf(document.activeElement) : -1;
  old.replaceWith(fresh);
  if (at >= 0) fresh.querySelectorAll("a,button")[at]?.focus({ preventScroll: true });
}

function find(id) {
  return [...items.children].find((item) => item.dataset.id === id);
}

/** Puts the items in order. An item that moves loses the focus, so it gets it back. */
function arrange(order) {
  const focused = document.activeElement;
  const byId = new Map([...items.children].map((item) => [item.dataset.id, item]));
  const wanted = new Set(order);
  for (const [id, item] of byId) if (!wanted.has(id)) item.remove();
  let next = items.firstElementChild;
  for (const id of order) {
    const item = byId.get(id);
    if (item === next) next = next.nextElementSibling;
    else if (item) items.insertBefore(item, next);
  }
  if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

/** The search applies while typing, without loading the page again. */
const search = document.getElementById("search");
let typing;
search?.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const address = new URL(location.href);
    address.searchParams.set("find", search.elements.find.value);
    address.searchParams.delete("show");
    history.replaceState(null, "", address);
    body.dataset.events = `/events?${new URLSearchParams({ page: address.pathname + address.search })}`;
    follow();
  }, 150);
});

/** The log of a run: lines are appended as text; the oldest are dropped. */
const log = document.getElementById("log");
const MOST_LINES = 5000;
function followLog() {
  const state = document.getElementById("log-state");
  const lines = new EventSource(body.dataset.log);
  lines.addEventListener("open", () => log.replaceChildren());
  lines.addEventListener("message", ({ data }) => append(JSON.parse(data)));
  lines.addEventListener("end", ({ data }) => {
    state.textContent = JSON.parse(data);
    lines.close();
  });
  lines.addEventListener("error", () => (state.textContent = "Connection lost; reconnecting."));
  lines.addEventListener("open", () => (state.textContent = "Live."));
  document.getElementById("log-source").addEventListener("change", ({ target }) => (log.dataset.only = target.value));
}

function append(batch) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const fresh = document.createDocumentFragment();
  for (const { time, source, text } of batch) {
    const line = document.createElement("p");
    line.dataset.from = source;
    if (!time) line.className = "new";
    const from = document.createElement("span");
    from.className = "from";
    from.textContent = time ? `${time.slice(11, 19)} ${source.padEnd(6)} | ` : "";
    line.append(from, text);
    fresh.append(line);
  }
  log.append(fresh);
  while (log.childElementCount > MOST_LINES) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/** Asks before a change: what it will do, and which command does the same. */
const ask = document.getElementById("ask");
const confirmed = document.getElementById("ask-yes");
const csrf = document.querySelector("meta[name=csrf]")?.content;
let asked;
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-action]");
  if (!button) return;
  const { action, pipeline, run } = button.dataset;
  asked = { action, pipeline, ...(run && { run }) };
  explain("Loading", ["Checking what this will do."]);
  ask.showModal();
  const plan = await reply(fetch(`/plan?${new URLSearchParams(asked)}`));
  if (plan.error) return explain("This is not possible", [plan.error]);
  explain(plan.title, plan.text, plan);
  confirmed.hidden = false;
  confirmed.focus();
});

confirmed.addEventListener("click", async () => {
  const options = [...ask.querySelectorAll("input:checked")].map(({ name }) => name);
  const title = document.getElementById("ask-title").textContent;
  explain(title, ["In progress."]);
  const headers = { "content-type": "application/json", "x-csrf": csrf };
  const done = await reply(fetch("/actions", { method: "POST", headers, body: JSON.stringify({ ...asked, options }) }));
  explain(done.error ? "This failed" : "Done", [done.error ?? done.text]);
  document.getElementById("ask-no").focus();
});

/** The JSON of a response; an error if there is none. */
async function reply(request) {
  try {
    const response = await request;
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return isJson ? await response.json() : { error: `The console answered ${response.status}. Load the page again.` };
  } catch {
    return { error: "The console does not answer. Check that it is still running." };
  }
}

function explain(title, paragraphs, { changes = [], command, options = [] } = {}) {
  document.getElementById("ask-title").textContent = title;
  confirmed.hidden = true;
  const parts = [
    ...paragraphs.map((text) => element("p", text)),
    ...(changes.length > 0 ? [element("pre", changes.join("\n"))] : []),
    ...options.map(({ name, label }) => {
      const box = Object.assign(element("input", ""), { type: "checkbox", name });
      const line = element("label", "");
      line.append(box, label);
      return line;
    }),
    ...(command ? [element("p", "The same on the command line:"), element("pre", command)] : []),
  ];
  document.getElementById("ask-text").replaceChildren(...parts);
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

// A hidden page needs no updates; browsers allow few connections to a host.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") updates?.close();
  else follow();
});
follow();
if (log) followLog();
