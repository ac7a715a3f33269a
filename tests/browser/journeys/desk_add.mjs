// A reviewer adds what came on paper: first a file that is empty, which is refused, then the paper itself, and then the same once
// more. It decides about nothing.

import { look, same, says, turn } from "../tools/desk.mjs";

/** `rana`: cookies of a reviewer; `paper` and `empty`: paths of files. */
export default async function add(page, { rana, paper, empty }, tools) {
  await page.context().addCookies(rana);
  await page.goto("/");
  await page.click("nav a[href='/add']");
  await says(page, "Add by hand", "h1");
  await look(page, "add by hand");
  await page.fill("#source", "handed over on paper at the dialogue");
  await page.fill("#from", "Beacon Society <desk@beacon.example>");
  await page.fill("#title", "Beacons for every harbour");
  await page.fill("#day", "2023-12-05");
  await page.setInputFiles("#file", empty);
  tools.expectConsole(/status of 422/);
  await turn(page, () => page.click("form.add button.main"));
  await says(page, "is empty.", "[role=alert]");
  await says(page, "The files have to be chosen again", "[role=alert]");
  await look(page, "add by hand, refused");
  for (const [field, value] of [["source", "handed over on paper at the dialogue"], ["title", "Beacons for every harbour"], ["day", "2023-12-05"]]) {
    same(await page.inputValue(`#${field}`), value, `what was typed as ${field}`);
  }
  await page.click("[role=alert] a[href='#file']");
  await page.setInputFiles("#file", paper);
  await page.click("form.add button.main");
  await page.waitForURL(/\/inputs\/[^?]+\?done=add&/);
  const entry = new URL(page.url()).pathname;
  await says(page, "It is added", ".said");
  await says(page, "Beacons for every harbour", "h1");
  await look(page, "input that was added by hand");

  // Whoever does not know that it is there already is told so, and led to it.
  await page.goto("/add");
  await page.fill("#source", "handed over on paper at the dialogue");
  await page.fill("#from", "Beacon Society <desk@beacon.example>");
  await page.fill("#title", "Beacons for every harbour");
  await page.fill("#day", "2023-12-05");
  await page.setInputFiles("#file", paper);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=add-again/);
  same(new URL(page.url()).pathname, entry, "where the same leads");
  await says(page, "This was already added", ".said");
}
