// axe on one page, in light and in dark, as wide as it stands. It never switches a rule off: what it finds is mended on the page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

/** Fails on any violation of WCAG 2.0 to 2.2, A and AA, and of axe's good practice, with rule, help and nodes. */
export async function axe(page, name, { schemes = ["light", "dark"], tags = [...WCAG, "best-practice"] } = {}) {
  const found = [];
  let checked = 0;
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    for (const frame of page.frames()) await frame.evaluate(source);
    await page.evaluate(ground);
    const options = {
      runOnly: { type: "tag", values: tags },
      // axe leaves the size of targets out unless it is named (WCAG 2.2, 2.5.8).
      rules: { "target-size": { enabled: tags.includes("wcag22aa") } },
      resultTypes: ["violations"],
    };
    const result = await page.evaluate((options) => globalThis.axe.run(document, options), options);
    checked += result.passes.length;
    for (const one of result.violations) {
      const nodes = one.nodes.slice(0, 5).map((node) => {
        const why = (node.failureSummary ?? "").split("\n").slice(1).map((line) => line.trim()).join(" ");
        return `    ${node.target.join(" ")}\n      ${node.html.slice(0, 240)}\n      ${why}`;
      });
      const more = one.nodes.length > 5 ? `\n    and ${one.nodes.length - 5} more` : "";
      found.push(`${name}, ${colorScheme}: ${one.id} (${one.impact}): ${one.help}\n${nodes.join("\n")}${more}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.evaluate(() => document.documentElement.style.removeProperty("background-color"));
  if (checked === 0) throw new Error(`axe checked nothing on ${name}`);
  if (found.length) throw new Error(`axe:\n${found.join("\n")}`);
  return checked;
}

/** axe takes a page that paints no ground for white, in the dark too: it is told the colour that the browser paints. */
function ground() {
  const clear = (one) => getComputedStyle(one).backgroundColor === "rgba(0, 0, 0, 0)";
  document.documentElement.style.removeProperty("background-color");
  if (clear(document.documentElement) && clear(document.body)) document.documentElement.style.backgroundColor = "Canvas";
}
