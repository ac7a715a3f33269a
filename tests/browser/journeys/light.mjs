// Opens pages and weighs them, without a word about how they look.

export default async function light(page, { pages }, tools) {
  const weights = [];
  for (const { path } of pages) {
    await page.goto(path);
    weights.push(await tools.weigh(page, path));
  }
  return weights;
}
