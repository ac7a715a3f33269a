// The keys of the desk, and what comes while a page is open. Everything works without this file.
"use strict";
document.documentElement.classList.add("js");
(() => {
  const chosen = () => document.querySelector("[data-row].chosen");
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const choose = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
    all.forEach((row) => row.classList.remove("chosen"));
    next.classList.add("chosen");
    const link = next.querySelector("a[href]");
    if (link) link.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const follow = (selector) => {
    const link = document.querySelector(selector);
    if (link) link.click();
    return Boolean(link);
  };
  const focusOn = (selector) => {
    const target = document.querySelector(selector);
    if (!target) return;
    const around = target.closest("details");
    if (around) around.open = true;
    target.scrollIntoView({ block: "center" });
    target.focus();
  };
  const help = document.getElementById("keys");
  const acts = {
    j: () => choose(1),
    k: () => choose(-1),
    o: () => { const row = chosen(); const link = row && row.querySelector("a[href]"); if (link) link.click(); },
    n: () => follow("a[rel=next]"),
    p: () => follow("a[rel=prev]"),
    u: () => follow("a[data-up]"),
    a: () => focusOn("[data-key=approve]"),
    r: () => focusOn("[data-key=reject]"),
    "/": () => focusOn("[data-key=search]"),
    "?": () => { if (help && help.showModal) help.showModal(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at.closest && at.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog, [contenteditable]")) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();

// What comes in while a list is open is told, and shown when the person wants it: nothing moves under their hands.
(() => {
  const fresh = document.getElementById("fresh");
  const shown = Number(document.body.dataset.change);
  if (!fresh || !window.EventSource || Number.isNaN(shown)) return;
  const source = new EventSource("/events");
  source.addEventListener("changed", (event) => { if (Number(event.data) > shown) fresh.hidden = false; });
  addEventListener("pagehide", () => source.close());
})();
