// Whether a stranger's text stayed text. The mail is made by tests/it/attacks.rs; this only looks.

import { fits } from "./fits.mjs";

/**
 * Nothing of a hostile mail came alive on this page: no script ran (`__pwned`), no element of it (`data-pwned`), no handler
 * or script address, no character that turns the direction or cannot be seen, and its long word does not widen the page.
 * `legible`: words that must be readable on the page, to be sure that the payload is there at all.
 * Dialogs and requests elsewhere are seen by the watch of the journey.
 */
export async function assertInert(page, { legible = [], widths = [320, 1280] } = {}) {
  const wrong = [];
  for (const frame of page.frames()) {
    const where = frame === page.mainFrame() ? "the page" : `the frame ${frame.url()}`;
    for (const one of await frame.evaluate(alive)) wrong.push(`  ${where}: ${one}`);
  }
  const text = await page.evaluate(() => document.title + "\n" + document.body.innerText);
  legible.filter((words) => !text.includes(words)).forEach((words) => wrong.push(`  cannot be read on the page: ${words}`));
  await fits(page, widths).catch((error) => wrong.push(`  ${error.message}`));
  if (wrong.length) throw new Error(`${page.url()} is not inert:\n${wrong.slice(0, 20).join("\n")}`);
}

function alive() {
  const wrong = [];
  const short = (one) => one.outerHTML.slice(0, 200);
  if (globalThis.__pwned !== undefined) wrong.push(`a script ran: ${String(globalThis.__pwned)}`);
  // No character of these is needed to read any of the six languages; each can hide or turn what stands beside it.
  const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;
  const shown = new Set(["title", "alt", "aria-label", "aria-description", "placeholder", "value", "content", "download", "href", "label"]);
  for (const one of document.querySelectorAll("*")) {
    if (one.hasAttribute("data-pwned")) wrong.push(`an element of the mail: ${short(one)}`);
    if (["object", "embed", "base", "applet"].includes(one.localName)) wrong.push(`an element that we never use: ${short(one)}`);
    if (one.localName === "iframe" && (!one.hasAttribute("sandbox") || /allow-(scripts|same-origin|top)/.test(one.sandbox.value))) {
      wrong.push(`a frame that is not shut off: ${short(one)}`);
    }
    for (const { name, value } of one.attributes) {
      if (name.startsWith("on")) wrong.push(`a handler: ${short(one)}`);
      const address = value.replace(/[\u0000-\u0020]/g, "").toLowerCase();
      if (/^(href|src|action|formaction|xlink:href|data|poster)$/.test(name) && /^(javascript|vbscript|data:text)/.test(address)) {
        wrong.push(`an address that is a script: ${short(one)}`);
      }
      if (shown.has(name) && unseen.test(value)) wrong.push(`an unseen character in ${name}: ${escape(value.slice(0, 120))}`);
    }
    if ("value" in one && typeof one.value === "string" && unseen.test(one.value)) {
      wrong.push(`an unseen character in the field ${one.name}: ${escape(one.value.slice(0, 120))}`);
    }
  }
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data;
    if (walk.currentNode.nodeType === Node.COMMENT_NODE && /pwned/.test(text)) wrong.push(`a comment: ${text.slice(0, 120)}`);
    const found = unseen.exec(text);
    if (found) wrong.push(`an unseen character in the text: ${escape(text.slice(Math.max(0, found.index - 30), found.index + 30))}`);
  }
  return wrong;
}
