// Finding one's way at the desk as a person does: signing in, going by Tab, waiting for what must come. It decides nothing about
// an input; that is the journeys' part.

import { axe } from "./axe.mjs";
import { fits } from "./fits.mjs";

/** Fills in the form that is open and sends it. */
export async function signIn(page, login, password) {
  await page.fill("#login", login);
  await page.fill("#password", password);
  await page.click("form.fields button.main");
}

/** The page behind a link for a new account: a password, and perhaps name and login. */
export async function welcome(page, link, { name, login, password }) {
  await page.goto(link);
  if (name) {
    await page.fill("#name", name);
    await page.fill("#login", login);
  }
  await page.fill("#password", password);
  await page.fill("#again", password);
}

/** axe in light and dark, and no scrolling to the side on a phone: for each page that a journey passes. */
export async function look(page, name) {
  await axe(page, name);
  await fits(page, [320]);
}

/** Presses Tab until what the selector says has the focus. */
export async function tabTo(page, selector, most = 200) {
  const isThere = () => page.evaluate((selector) => Boolean(document.activeElement?.matches(selector)), selector);
  for (let count = 0; count < most; count += 1) {
    if (await isThere()) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not come to ${selector} on ${page.url()}`);
}

/** Fails unless the page (or a part of it) says these words. */
export async function says(page, words, selector = "body") {
  const text = await page.locator(selector).first().innerText();
  if (!text.includes(words)) throw new Error(`${page.url()} does not say "${words}" in ${selector}, but: ${text.slice(0, 600)}`);
}

/** Asks again and again until it holds, for a minute. */
export async function until(page, what, holds) {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await page.waitForTimeout(100);
  }
}

/** Does something and waits for the page that comes of it, where the address may be the one that it was. */
export async function turn(page, act) {
  await Promise.all([page.waitForNavigation(), act()]);
}

/** Fails unless both are the same. */
export function same(got, wanted, what) {
  if (got !== wanted) throw new Error(`${what}: ${JSON.stringify(got)} is not ${JSON.stringify(wanted)}`);
}
