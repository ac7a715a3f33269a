// Whether a page fits a phone and a zoom of 200 %. It measures and puts the window back as it was.

/** No scrolling to the side at 320 CSS px (WCAG 1.4.10) and at 640, which is 1280 at 200 % (1.4.4). */
export async function fits(page, widths = [320, 640]) {
  const before = page.viewportSize();
  const wrong = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 640 });
    wrong.push(...(await page.evaluate(tooWide, width)));
  }
  await page.setViewportSize(before);
  if (wrong.length) throw new Error(`${page.url()} must be scrolled to the side:\n${wrong.join("\n")}`);
}

function tooWide(width) {
  const root = document.scrollingElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const scrolls = (one) => one && one !== document.body && one !== root
    && (getComputedStyle(one).overflowX !== "visible" || scrolls(one.parentElement));
  const guilty = [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(one.parentElement))
    .slice(0, 5)
    .map((one) => `    ${one.outerHTML.slice(0, 160)}`);
  return [`  at ${width} px the page is ${root.scrollWidth} px wide:`, ...guilty];
}
