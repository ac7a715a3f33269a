// The first administrator comes by the printed link, goes, comes again, and invites a reviewer, who comes with a browser of
// their own. It decides about no input.

import { look, same, says, signIn, welcome } from "../tools/desk.mjs";

/** `link`: path of the printed link; `ada` and `rana`: login, password, name. */
export default async function first(page, { address, link, ada, rana }, tools) {
  await page.goto("/");
  same(new URL(page.url()).pathname, "/sign-in", "where somebody without account lands");
  await welcome(page, link, ada);
  await look(page, "welcome");
  await page.click("button.main");
  same(page.url(), `${address}/`, "where the first administrator lands");
  await says(page, ada.name, "header");
  await look(page, "queue");
  await page.click("header form[action='/sign-out'] button");
  same(page.url(), `${address}/sign-in`, "where signing out leads");
  await look(page, "sign in");
  tools.expectConsole(/status of 422/);
  await signIn(page, ada.login, "not the password");
  await says(page, "Name or password is wrong.", "[role=alert]");
  await look(page, "sign in, refused");
  await page.fill("#password", ada.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${address}/`);

  await page.click("nav a[href='/people']");
  await page.fill("#name", rana.name);
  await page.fill("#login", rana.login);
  await page.click("main form[action='/people/invite'] input[value=reviewer]");
  await page.click("main form[action='/people/invite'] button");
  const invitation = await page.locator("code.copy").innerText();
  same(new URL(invitation).origin, address, "the origin of the invitation");
  await look(page, "people with an invitation");

  const other = await tools.person();
  await welcome(other, invitation, { password: rana.password });
  await says(other, `Hello ${rana.name}`);
  await look(other, "welcome of the invited");
  await other.click("button.main");
  same(other.url(), `${address}/`, "where the invited lands");
  same(await other.locator("nav a[href='/people']").count(), 0, "ways of a reviewer to People");
  tools.expectConsole(/status of 410/);
  await other.goto(invitation);
  await says(other, "This link is no longer valid");
  await look(other, "link that was used");

  // The one-time codes of the administrator: the page that shows the picture.
  await page.goto("/me");
  await page.click("form[action='/me/codes'] button");
  if (!(await page.locator(".qr svg").isVisible())) throw new Error("there is no picture to scan");
  await look(page, "one-time codes, set up");
  const key = await page.locator("code.copy").innerText();
  await page.fill("#code", "000000");
  await page.keyboard.press("Enter");
  await page.locator("[role=alert]").waitFor();
  // What was scanned is still good: the next code is for it.
  same(await page.locator("code.copy").innerText(), key, "the key after a wrong code");
  await look(page, "one-time codes, refused");
}
