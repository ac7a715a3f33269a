// Gives each tool a page with its fault, and all tools a page without. It tests the tools, no page of the service.

export default async function faults(page, { sound, faults }, tools) {
  const wrong = [];
  for (const { tool, page: address, words } of faults) {
    const found = await tried(tool, address).catch((error) => error.message);
    if (found === undefined) wrong.push(`${tool} found nothing in: ${words}`);
    else if (!found.includes(words)) wrong.push(`${tool} should have said "${words}", not: ${found}`);
  }
  for (const tool of new Set(faults.map((one) => one.tool))) {
    await tried(tool, sound).catch((error) => wrong.push(`${tool} finds a fault where there is none: ${error.message}`));
  }
  if (wrong.length) throw new Error(wrong.join("\n"));
  return faults.length;

  /** One tool on one page. */
  async function tried(tool, address) {
    try {
      await page.goto(address);
      await tools[tool](page, tool === "weigh" ? address : undefined);
    } finally {
      await page.goto("about:blank");
      tools.forget();
    }
  }
}
