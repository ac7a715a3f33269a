// Opens pages that show a hostile mail. They must show it as text.

/** `pages`: path, and `legible` (words that must be readable there). */
export default async function inert(page, { pages, cookies = [] }, tools) {
  if (cookies.length) await page.context().addCookies(cookies);
  const wrong = [];
  for (const { path, legible } of pages) {
    await page.goto(path);
    await tools.assertInert(page, { legible }).catch((error) => wrong.push(error.message));
    await tools.shot(page, path);
  }
  if (wrong.length) throw new Error(wrong.join("\n"));
}
