// A reviewer takes the oldest input, checks and corrects it, approves it, takes that back, approves it again, sees it public and
// withdraws it; with the keyboard alone as far as a keyboard can mark words. It decides about the one input that it is given.

import { look, same, says, signIn, tabTo, turn, until } from "../tools/desk.mjs";

/**
 * `oldest`: title of the input; `sentence`: one of its text that is no evidence yet; `recommendations`: where it belongs;
 * `rana`: login and password.
 */
export default async function decide(page, { address, rana, oldest, sentence, recommendations }, tools) {
  await page.goto("/");
  await signIn(page, rana.login, rana.password);
  await page.waitForURL(`${address}/`);
  await page.keyboard.press("j");
  same(await page.evaluate(() => document.activeElement.textContent.trim()), oldest, "what j chooses");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/inputs\/[^?]+\?list=queued/);
  const input = new URL(page.url()).pathname;
  await says(page, oldest, "h1");
  await look(page, "input");

  await evidence(page, true);
  await takeAway(page);
  await look(page, "input after an assignment was taken away");
  // One sentence may speak to two recommendations: each leads to it.
  for (const one of recommendations) {
    await addByMarking(page, sentence, one);
    await says(page, "The recommendation is added.", ".said");
  }
  await evidence(page, false);
  await retitle(page);
  await redact(page, input);

  // What will be public is shown before.
  await tabTo(page, `.decide a[href='${input}/preview']`);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${input}/preview`);
  await says(page, "Preview: this is not public.");
  await says(page, "Contacts that answer", "h1");
  // Nothing may run in it, axe neither; the public page is looked at below.
  await tools.fits(page);
  await page.goBack();

  await approve(page);
  await says(page, "It is approved.", ".said");
  await look(page, "after the approval");
  await tabTo(page, ".said form[action$='/reopen'] button");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=reopen/);
  await says(page, "It waits in the queue again.", ".said");
  await page.goto(`${input}?list=queued`);
  await says(page, "waits for review", ".entry");
  await approve(page);
  await french(page);

  const isPublic = async () => (await page.request.get(`/public${input}/index.html`)).ok();
  await until(page, "the public page", isPublic);
  await page.goto(`/public${input}/index.html`);
  await says(page, "Contacts that answer", "h1");
  await look(page, "public page");
  const files = await page.locator("main a[href$='.txt']").evaluateAll((all) => all.map((one) => one.href));
  if (!files.length) throw new Error("the public page names no file");
  for (const file of files) {
    const text = await (await page.request.get(file)).text();
    if (text.includes("Chair") || !text.includes("[redacted]")) throw new Error(`what was struck is public: ${text}`);
  }
  await page.goto("/public/");
  await says(page, "Contacts that answer");
  await until(page, "the state", async () => {
    await page.goto(input);
    return (await page.locator(".entry").innerText()).includes("public");
  });
  await look(page, "input that is public");
  await page.click("summary:has-text('Withdraw')");
  await page.fill("#withdraw-reason", "the sender asked for it");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=withdraw/);
  await says(page, "It is withdrawn.", ".said");
  await look(page, "input that is withdrawn");
  await until(page, "the withdrawal", async () => {
    await page.goto(`/public${input}/index.html`);
    return (await page.locator("main").innerText()).includes("Withdrawn on");
  });
  await says(page, "the sender asked for it", ".withdrawn");
  await look(page, "public page that is withdrawn");
}

/** Each quote leads to its sentence, which is seen and marked out, and from there back to its assignment. */
async function evidence(page, isFirst) {
  const quotes = await page.locator(".quotes a[href^='#e']").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  if (!quotes.length) throw new Error(`${page.url()} has no quote that leads to the text`);
  const calm = await page.evaluate(() => getComputedStyle(document.querySelector("mark")).backgroundColor);
  for (const quote of quotes) {
    await tabTo(page, `.quotes a[href='${quote}']`);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.hash === quote);
    const found = await page.evaluate(() => {
      const mark = document.querySelector(":target").closest("mark");
      const box = mark.getBoundingClientRect();
      const around = mark.closest(".text").getBoundingClientRect();
      const isSeen = box.bottom > Math.max(0, around.top) && box.top < Math.min(innerHeight, around.bottom);
      return { words: mark.textContent, isSeen, colour: getComputedStyle(mark).backgroundColor };
    });
    const quoted = await page.locator(`.quotes a[href='${quote}']`).innerText();
    if (!quoted.replace(/\s+/g, " ").startsWith(found.words.trim().replace(/\s+/g, " ").slice(0, 30))) {
      throw new Error(`${quote} says "${quoted}" and leads to "${found.words}"`);
    }
    if (!found.isSeen) throw new Error(`${quote} leads to a sentence that cannot be seen`);
    if (found.colour === calm) throw new Error(`the sentence of ${quote} looks like every other evidence`);
    if (isFirst) await look(page, "input with a sentence that was asked for");
    // The focus goes on from there: the next stop is the way back.
    const back = `#a${quote.slice(2).split("-")[0]}`;
    await tabTo(page, `.text sup a[href='${back}']`, 5);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.hash === back);
    same(await page.evaluate(() => document.querySelector(":target").localName), "li", "where the way back leads");
    if (isFirst) await look(page, "input with the assignment of a sentence");
    const top = await page.evaluate(() => document.querySelector(":target").getBoundingClientRect().top);
    if (top < -1 || top > 800) throw new Error(`the way back from ${quote} leads to something that cannot be seen`);
    isFirst = false;
  }
}

async function takeAway(page) {
  const before = await page.locator(".assigned > li").count();
  await tabTo(page, "#a0 summary");
  await page.keyboard.press("Enter");
  await tabTo(page, "#a0 select");
  await page.keyboard.type("it only names");
  same(await page.locator("#a0 select").inputValue(), "only-names", "the reason that was typed");
  await tabTo(page, "#a0 input[name=reason]");
  await page.keyboard.type("in passing");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=unassign/);
  same(await page.locator(".assigned > li").count(), before - 1, "assignments after one was taken away");
  await says(page, "it only names it: in passing", "section[aria-labelledby=recommendations]");
}

/** Words are marked with the mouse; the field takes them. */
async function addByMarking(page, sentence, recommendation) {
  await page.locator("#text").scrollIntoViewIfNeeded();
  const drag = await page.evaluate((sentence) => {
    const walk = document.createTreeWalker(document.querySelector("[data-quotable]"), NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const from = walk.currentNode.data.indexOf(sentence);
      if (from < 0) continue;
      walk.currentNode.parentElement.scrollIntoView({ block: "center" });
      const range = document.createRange();
      range.setStart(walk.currentNode, from);
      range.setEnd(walk.currentNode, from + sentence.length);
      range.startContainer.parentElement.closest(".text").scrollTop += range.getBoundingClientRect().top - 400;
      const boxes = [...range.getClientRects()];
      const middle = (box) => box.top + box.height / 2;
      return [boxes[0].left + 1, middle(boxes[0]), boxes.at(-1).right - 0.5, middle(boxes.at(-1))];
    }
    return null;
  }, sentence);
  if (!drag) throw new Error(`the text does not hold "${sentence}"`);
  await page.mouse.move(drag[0], drag[1]);
  await page.mouse.down();
  await page.mouse.move(drag[2], drag[3], { steps: 5 });
  await page.mouse.up();
  await until(page, "the words that were marked", async () => (await page.inputValue("#assign-quote")) === sentence);
  await page.selectOption("#assign-to", recommendation);
  await turn(page, () => page.locator("#assign-reason").press("Enter"));
  await says(page, sentence, ".assigned li:last-child .quotes");
}

async function retitle(page) {
  await tabTo(page, "section[aria-labelledby=edit] summary");
  await page.keyboard.press("Enter");
  await tabTo(page, "#edit-title");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Contacts that answer");
  await look(page, "input with the form of corrections");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=edit/);
  await says(page, "Contacts that answer", "h1");
}

/** Words are struck with the keyboard alone, and the copy without them is made by itself. */
async function redact(page, input) {
  await tabTo(page, `.decide a[href^='${input}/redaction']`);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${input}/redaction*`);
  await look(page, "redaction");
  await tabTo(page, "#words-quote");
  await page.keyboard.type("We thank the Chair");
  await tabTo(page, "form[action$='/redaction/words'] button");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=words/);
  await says(page, "The words are struck.", ".said");
  await says(page, "We thank the Chair", ".text del");
  await until(page, "the copy", async () => (await page.locator("main").innerText()).includes("Ready to be approved."));
  await look(page, "redaction with struck words");
  await page.keyboard.press("u");
  await page.waitForURL((url) => url.pathname === input);
  await says(page, "1 mark: what is struck does not become public.", ".decide");
}

/** `a` leads to the approval, and decides nothing by itself. */
async function approve(page) {
  await page.locator("h1").click();
  await page.keyboard.press("a");
  same(await page.evaluate(() => document.activeElement.dataset.key), "approve", "where a leads");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=approve/);
}

/** To French and back, by the choice at the foot. */
async function french(page) {
  await page.goto("/?list=all");
  await page.selectOption("#language", "fr");
  await page.click("footer button");
  await says(page, "Se déconnecter", "header");
  same(await page.locator("html").getAttribute("lang"), "fr", "the language of the page");
  same(new URL(page.url()).search, "?list=all", "the page that the language was chosen on");
  await look(page, "all, in French");
  await page.selectOption("#language", "en");
  await page.click("footer button");
  await says(page, "Sign out", "header");
}
