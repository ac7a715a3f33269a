// Looks at pages as they are: axe in light and dark, phone and zoom, the keyboard, weight. It follows no link.

/** `pages`: address or path, name, and perhaps `most` (bytes), `status`, `cookies`. Returns the weight of each. */
export default async function pages(page, { pages, cookies = [] }, tools) {
  if (cookies.length) await page.context().addCookies(cookies);
  const weights = {};
  const wrong = [];
  for (const { path, name, most, status = 200 } of pages) {
    if (status >= 400) tools.expectConsole(/Failed to load resource/);
    const answer = await page.goto(path);
    if (!path.startsWith("file:") && answer.status() !== status) throw new Error(`${name}: status ${answer.status()}`);
    // All that is wrong with all pages is told at once: whoever mends them wants the whole list.
    const checks = [
      () => tools.axe(page, name),
      () => tools.onPhone(page, () => tools.axe(page, `${name} on a phone`, { schemes: ["light"] })),
      () => tools.fits(page),
      () => tools.keyboardOnly(page),
      async () => (weights[name] = await tools.weigh(page, path, { most })),
    ];
    for (const check of checks) await check().catch((error) => wrong.push(error.message));
    await tools.shot(page, name);
  }
  tools.noThirdParty();
  tools.noConsoleErrors();
  if (wrong.length) throw new Error(wrong.join("\n"));
  return weights;
}
