// Runs journeys in one Chromium, for tests/it/browser.rs, which writes the job as one line of JSON on standard input.
// It must never pass a journey that ended with something in the watch list: third parties, script errors, dialogs.
//
// Lines that it prints: "DONE {script, value}", "FAILED {script, error, shot}", "ASK {name, value}" (one line of answer is
// read from standard input), and anything else is for the reader.

import { createInterface } from "node:readline";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { toolsFor } from "./tools/index.mjs";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => JSON.parse((await lines.next()).value);
const say = (word, value) => process.stdout.write(`${word} ${JSON.stringify(value)}\n`);

const job = await read();
mkdirSync(job.shots, { recursive: true });

// The pages are our own and on loopback, and in a container or as root the sandbox does not start. No name but this
// machine's is looked up, so that a page that asks for more fails here without a packet that leaves.
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  chromiumSandbox: false,
  args: ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1", "--disable-gpu"],
});
const ask = async (name, value) => {
  say("ASK", { name, value });
  return await read();
};

let failed = false;
for (const { script, given } of job.scripts) {
  const tools = toolsFor(browser, { ...job, ask, script });
  try {
    const person = await tools.person();
    const { default: journey } = await import(`./journeys/${script}.mjs`);
    const value = await within(job.seconds, journey(person, { address: job.address, ...given }, tools));
    tools.nothingOdd();
    say("DONE", { script, value: value ?? null });
  } catch (error) {
    failed = true;
    const shots = await tools.lastShots().catch(() => []);
    say("FAILED", { script, error: String(error?.stack ?? error), odd: tools.odd(), shots });
  }
  await tools.close();
}
await browser.close();
process.exit(failed ? 1 : 0);

function within(seconds, promise) {
  let timer;
  const limit = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`the journey was not over after ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
