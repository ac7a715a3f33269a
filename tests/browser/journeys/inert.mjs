// Opens pages that show a hostile mail. They must show it as text.

/** `pages`: path, `legible` (words that must be readable there), and perhaps `status`. */
export default async function inert(page, { pages, cookies = [] }, tools) {
  if (cookies.length) await page.context().addCookies(cookies);
  const wrong = [];
  for (const { path, legible, status = 200 } of pages) {
    if (status >= 400) tools.expectConsole(/Failed to load resource/);
    const answer = await page.goto(path);
    if (!path.startsWith("file:") && answer.status() !== status) wrong.push(`${path}: status ${answer.status()}`);
    await tools.assertInert(page, { legible }).catch((error) => wrong.push(error.message));
    await tools.shot(page, path);
  }
  if (wrong.length) throw new Error(wrong.join("\n"));
}
