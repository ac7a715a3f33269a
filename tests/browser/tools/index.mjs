// The tools that a journey gets. A tool checks and throws; it never changes what the service holds.

import { join } from "node:path";
import { axe } from "./axe.mjs";
import { fits } from "./fits.mjs";
import { assertInert } from "./inert.mjs";
import { keyboardOnly } from "./keyboard.mjs";
import { Watch } from "./watch.mjs";
import { weigh } from "./weigh.mjs";

/** One journey's tools: `job` has address, shots (a folder), ask and the script's name. */
export function toolsFor(browser, job) {
  const watch = new Watch(new URL(job.address).origin);
  const contexts = [];
  let count = 0;

  /** Somebody at a browser of their own: a page in a context with no cookies. `options` are Playwright's. */
  async function person(options = {}) {
    const context = await browser.newContext({
      baseURL: job.address,
      locale: "en",
      timezoneId: "UTC",
      viewport: { width: 1280, height: 800 },
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(30_000);
    contexts.push(context);
    watch.over(context);
    return await context.newPage();
  }

  /** Keeps a picture of the page; its path. */
  async function shot(page, name) {
    const path = join(job.shots, `${job.script}-${++count}-${name.replace(/[^a-z0-9-]+/gi, "_").slice(0, 80)}.png`);
    await page.screenshot({ path, fullPage: true, timeout: 10_000 });
    return path;
  }

  async function lastShots() {
    const paths = [];
    for (const page of contexts.flatMap((context) => context.pages())) {
      paths.push(await shot(page, "failed").catch((error) => `no picture: ${error.message}`));
    }
    return paths;
  }

  return {
    person,
    /** Forgets what was odd until now; for the test of the tools only. */
    forget: () => (watch.odd = []),
    shot,
    lastShots,
    /** Lets the test in Rust do something meanwhile, and gives its answer. */
    ask: job.ask,
    axe: (page, name, options) => axe(page, name, options),
    /** Does something with the window as wide as a small phone's. */
    async onPhone(page, act) {
      const before = page.viewportSize();
      await page.setViewportSize({ width: 320, height: 640 });
      try {
        return await act();
      } finally {
        await page.setViewportSize(before);
      }
    },
    weigh: (page, path, options) => weigh(page, path, options),
    fits,
    keyboardOnly,
    assertInert,
    /** Fails on a request to another origin since the journey began. */
    noThirdParty: () => watch.fail("third party"),
    /** Fails on a script error or a violation of the content security policy since the journey began. */
    noConsoleErrors: () => watch.fail("console"),
    /** Fails on anything odd since the journey began; each journey ends with it. */
    nothingOdd: () => watch.fail(),
    odd: () => watch.odd.map((one) => `${one.kind}: ${one.what}`),
    /** From now on a console message that matches is no fault, such as the status of a page that must be refused. */
    expectConsole: (pattern) => watch.expected.push(pattern),
    /** From now on requests to this origin are no fault: people are sent there to sign in. */
    expectOrigin: (origin) => watch.trust(origin),
    /** From now on dialogs are answered with yes and are no fault. */
    acceptDialogs: () => (watch.acceptsDialogs = true),
    close: async () => {
      for (const context of contexts) await context.close().catch(() => {});
    },
  };
}
