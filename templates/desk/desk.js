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

// The page of an entry: marked words go into the field for evidence, a page that cannot be drawn says why, and others see
// that this page is open.
(() => {
  const text = document.querySelector("[data-quotable]");
  const field = document.querySelector("[data-quote]");
  let put = "";
  const take = () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.commonAncestorContainer)) return;
    const words = range.cloneContents();
    words.querySelectorAll("sup").forEach((one) => one.remove());
    // What the person typed is not written over.
    if (field.value && field.value !== put) return;
    put = words.textContent.trim();
    field.value = put;
    const around = field.closest("details");
    if (around) around.open = true;
  };
  // A little later: what opens the form must not move the text under a second click.
  let due = 0;
  const soon = () => {
    clearTimeout(due);
    due = setTimeout(take, 600);
  };
  if (text && field) {
    text.addEventListener("pointerup", soon);
    text.addEventListener("keyup", soon);
  }
  document.querySelectorAll("img[data-page]").forEach((image) => {
    const say = async () => {
      const answer = await fetch(image.src);
      const kind = answer.headers.get("content-type") || "";
      if (answer.ok || !kind.startsWith("text/plain")) return;
      const words = document.createElement("p");
      words.className = "warn";
      words.textContent = await answer.text();
      image.replaceWith(words);
    };
    image.addEventListener("error", say, { once: true });
  });
  const others = document.querySelector("[data-here]");
  if (!others) return;
  const send = (more) => new URLSearchParams({ csrf: others.dataset.csrf, ...more });
  const here = async () => {
    if (document.hidden) return;
    const answer = await fetch(others.dataset.here, { method: "POST", body: send({}) }).catch(() => null);
    if (!answer || !answer.ok) return;
    const names = await answer.json();
    const words = document.createElement("bdi");
    words.textContent = others.dataset.words.replace("{x}", names.join(", "));
    others.hidden = !names.length;
    if (others.textContent !== words.textContent) others.replaceChildren(words);
  };
  setInterval(here, 30000);
  addEventListener("pagehide", () => navigator.sendBeacon(others.dataset.here, send({ leave: "1" })));
})();

// What is being made is looked for again, in its own section: nothing else of the page moves or is lost.
(() => {
  const look = async () => {
    const mark = document.querySelector("[data-under-way]");
    const old = mark && mark.closest("section[aria-labelledby]");
    if (!old) return;
    const answer = await fetch(location.href).catch(() => null);
    const page = answer && answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const fresh = page && page.querySelector(`section[aria-labelledby="${old.getAttribute("aria-labelledby")}"]`);
    const isHere = old.contains(document.activeElement);
    if (fresh && !(isHere && fresh.querySelector("[data-under-way]"))) old.replaceWith(fresh);
    setTimeout(look, 3000);
  };
  setTimeout(look, 3000);
})();
