// The desk without JavaScript: signing in, finding, opening, correcting, approving. It opens no page with scripts.

import { same, says, signIn } from "../tools/desk.mjs";

/** `rana`: login and password; `id`: an input that waits; `words`: of its text. */
export default async function plain(_, { address, rana, id, words }, tools) {
  const page = await tools.person({ javaScriptEnabled: false });
  await page.goto(`/inputs/${id}`);
  await signIn(page, rana.login, rana.password);
  await page.waitForURL(`${address}/inputs/${id}`);
  await page.click("header a.brand");
  // Until its style sheet is there, a page shows everything.
  await page.waitForURL(`${address}/`);
  await page.waitForLoadState("load");
  same(await page.locator("kbd >> visible=true").count(), 0, "keys that are told where no key works");
  await page.fill("#q", words);
  await page.keyboard.press("Enter");
  await page.waitForURL(/[?&]q=/);
  await page.click(`li[id='${id}'] h2 a`);
  await page.click("section[aria-labelledby=edit] summary");
  await page.fill("#edit-title", "Corrected without a script");
  await page.click("section[aria-labelledby=edit] button");
  await page.waitForURL(/done=edit/);
  await says(page, "Corrected without a script", "h1");
  for (const box of await page.locator(".decide input[name=finding]").all()) await box.check();
  await page.click(".decide form[action$='/approve'] button.main");
  await page.waitForURL(/done=approve/);
  await says(page, "It is approved.", ".said");
  await page.click("header form[action='/sign-out'] button");
  same(new URL(page.url()).pathname, "/sign-in", "where signing out leads");
}
