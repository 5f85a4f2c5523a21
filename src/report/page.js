"use strict";
// Filters pipelines by condition and name, and shows the details of a bar; everything else works without this script.
const pipelines = [...document.querySelectorAll("details")];
const find = document.getElementById("find");
const nothing = document.getElementById("nothing");
const tip = document.getElementById("tip");
const chips = [...document.querySelectorAll("button[data-is]")];
let shown;

function choose() {
  const wanted = chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.is);
  const text = find.value.trim().toLowerCase();
  let left = 0;
  for (const one of pipelines) {
    const fits = (wanted.length === 0 || wanted.includes(one.dataset.is)) && one.querySelector("h2").textContent.toLowerCase().includes(text);
    one.hidden = !fits;
    left += fits ? 1 : 0;
  }
  nothing.hidden = left > 0;
}

/** Shows the details of a bar, taken from its row: bars are sorted oldest first, rows newest first. */
function show(bar) {
  const bars = [...bar.parentElement.children];
  const rows = bar.closest("details").querySelectorAll("tbody tr");
  const [began, result, duration, records, bytes, tries, error] = [...rows[bars.length - 1 - bars.indexOf(bar)].cells].map((cell) => cell.textContent);
  hide();
  tip.textContent = `${began} UTC: ${result}\n${duration}, ${records} records, ${bytes}${tries ? `, ${tries} attempts` : ""}${error ? `\n${error}` : ""}`;
  tip.hidden = false;
  const place = bar.getBoundingClientRect();
  const left = Math.min(Math.max(8, place.left + place.width / 2 - tip.offsetWidth / 2), document.documentElement.clientWidth - tip.offsetWidth - 8);
  const above = place.top - tip.offsetHeight - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above < 0 ? place.bottom + 8 : above}px`;
  bar.classList.add("at");
  shown = bar;
}

function hide() {
  tip.hidden = true;
  shown?.classList.remove("at");
  shown = undefined;
}

find.hidden = false;
find.addEventListener("input", choose);
for (const chip of chips) {
  chip.addEventListener("click", () => {
    chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
    choose();
  });
}
document.addEventListener("pointerover", (event) => {
  const bar = event.target.closest("summary .t i");
  if (bar) show(bar);
  else if (shown) hide();
});
document.addEventListener("focusout", hide);
document.addEventListener("scroll", hide, { passive: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return hide();
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const bars = [...(event.target.closest?.("summary")?.querySelectorAll(".t i") ?? [])];
  if (bars.length === 0) return;
  event.preventDefault();
  const now = bars.indexOf(shown);
  const next = now === -1 ? bars.length - 1 : now + (event.key === "ArrowLeft" ? -1 : 1);
  show(bars[Math.min(Math.max(0, next), bars.length - 1)]);
});
