// From the form to the provider that people sign in with. It goes no further than the provider's door.

import { look, same } from "../tools/desk.mjs";

/** `issuer`: the provider's origin. */
export default async function provider(page, { issuer }, tools) {
  await page.goto("/sign-in?next=/held");
  await look(page, "sign in, with a provider");
  tools.expectOrigin(issuer);
  // There is nobody behind that door.
  tools.expectConsole(/status of 404/);
  await page.click("form[action='/sign-in/provider'] button");
  await page.waitForURL((url) => url.origin === issuer);
  const there = new URL(page.url());
  same(there.pathname, "/authorize", "the provider's door");
  for (const name of ["state", "nonce", "code_challenge"]) {
    if (!there.searchParams.get(name)) throw new Error(`the address of the provider lacks ${name}: ${there}`);
  }
}
