// Two reviewers have the same input open. The second one gets the new state with their own words kept, never an error page and
// never a decision about what they have not seen.

import { look, same, says, turn } from "../tools/desk.mjs";

/** `ana`, `ben`: cookies of two reviewers; `id`: the input; `names`: theirs. */
export default async function collide(page, { ana, ben, id, names }, tools) {
  await page.context().addCookies(ana);
  const other = await tools.person();
  await other.context().addCookies(ben);
  const path = `/inputs/${id}?list=queued`;
  await page.goto(path);
  same(await page.locator("#others").isVisible(), false, "somebody else is shown where nobody is");
  await other.goto(path);
  await says(other, `Also open at: ${names.ana}`, "#others");
  // The open page asks by itself every half minute; the journey does not wait for that.
  await page.reload();
  await says(page, `Also open at: ${names.ben}`, "#others");
  await look(page, "input that two look at");

  // Ana corrects the title; Ben, who does not know that, approves.
  await page.click("section[aria-labelledby=edit] summary");
  await page.fill("#edit-title", "A title by Ana");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=edit/);
  tools.expectConsole(/status of 409/);
  await other.fill("#approve-reason", "Ben has read all of it");
  await other.keyboard.press("Enter");
  await other.locator("[role=alert]").waitFor();
  await says(other, "somebody else changed this entry", "[role=alert]");
  await says(other, names.ana, "[role=alert]");
  await says(other, "A title by Ana", "h1");
  await says(other, "waits for review", ".entry");
  same(await other.inputValue("#approve-reason"), "Ben has read all of it", "what Ben wrote");
  await look(other, "input after a collision");

  // Ana rejects, with the keys; Ben sends the form that he has now.
  await page.locator("h1").click();
  await page.keyboard.press("r");
  await page.keyboard.press("Space");
  await page.locator("#reject-reason").fill("it speaks of something else");
  await page.click(".decide button.bad:visible");
  await page.waitForURL(/done=reject/);
  await other.fill("#approve-reason", "Ben has read it once more");
  await turn(other, () => other.keyboard.press("Enter"));
  await says(other, "rejected", ".entry");
  await says(other, "Ben has read it once more", "[role=alert]");
  await look(other, "input that somebody else rejected");

  // It is put back, and what Ben wrote counts now.
  await other.click("summary:has-text('Put back into the queue')");
  await other.fill("#reopen-reason", "it does belong here");
  await other.keyboard.press("Enter");
  await other.waitForURL(/done=reopen/);
  await other.goto(path);
  await other.fill("#approve-reason", "Ben has read it once more");
  await other.keyboard.press("Enter");
  await other.waitForURL(/done=approve/);
  await says(other, "It is approved.", ".said");
}
