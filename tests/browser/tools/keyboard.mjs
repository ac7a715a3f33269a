// Walks a page by Tab alone. It presses nothing else, so it never decides anything.

/**
 * From the top of the page every link, button, field and summary is reached by Tab, in the order of the document, visible,
 * not covered, and with an outline (or a shadow) that it has not without focus. Returns the stops in words.
 * `expected`: the first stops must begin with these words. `most`: how many stops to walk.
 */
export async function keyboardOnly(page, { expected = [], most = 60 } = {}) {
  await page.evaluate(() => {
    document.activeElement?.blur?.();
    getSelection()?.removeAllRanges();
    scrollTo(0, 0);
  });
  const wanted = await page.evaluate(mark);
  const stops = [];
  const seen = new Set();
  let within = 0;
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(look);
    // A field for a day has a stop each for its day, month, year and calendar.
    if (stop && stop.number === stops.at(-1)?.number && (within += 1) < 8) continue;
    within = 0;
    if (!stop || seen.has(stop.number) || stops.length >= most) break;
    seen.add(stop.number);
    stops.push(stop);
  }
  const wrong = stops.flatMap((stop) => stop.wrong.map((why) => `  ${stop.words}: ${why}`));
  stops.slice(1).forEach((stop, at) => {
    if (stop.number < stops[at].number) wrong.push(`  ${stop.words}: comes after ${stops[at].words}, but stands before it`);
  });
  if (stops.length < most) {
    wanted.filter((one) => !seen.has(one.number)).forEach((one) => wrong.push(`  ${one.words}: Tab does not reach it`));
  }
  expected.forEach((words, at) => {
    const got = stops[at]?.words;
    if (!got?.startsWith(words)) wrong.push(`  stop ${at + 1} should be ${words}, not ${got}`);
  });
  if (wrong.length) throw new Error(`the keyboard on ${page.url()}:\n${wrong.slice(0, 15).join("\n")}`);
  return stops.map((stop) => stop.words);
}

/** Numbers all elements in document order; gives those that Tab must reach. */
function mark() {
  const words = (one) => (one.getAttribute("aria-label") || one.innerText || one.name || one.tagName).trim().slice(0, 60);
  const radios = new Set();
  const numbers = (globalThis.__stops = new Map([...document.querySelectorAll("*")].map((one, at) => [one, at])));
  globalThis.__look = {
    words,
    paint: (one) => {
      const style = getComputedStyle(one);
      return { outline: `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`, shadow: style.boxShadow };
    },
  };
  const fields = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0'], [contenteditable='true']";
  const found = [...document.querySelectorAll(fields)].filter((one) => {
    if (one.disabled || one.tabIndex < 0 || one.closest("[inert]") || !one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.localName === "summary" && one !== one.parentElement.querySelector(":scope > summary")) return false;
    if (one.type !== "radio") return true;
    // A group of radio buttons is one stop: the checked one, else any.
    const group = [...document.getElementsByName(one.name)].filter((other) => other.type === "radio" && other.form === one.form);
    const chosen = group.find((other) => other.checked);
    if (chosen) return chosen === one;
    return !radios.has(one.name) && radios.add(one.name);
  });
  globalThis.__calm = new Map(found.map((one) => [one, globalThis.__look.paint(one)]));
  return found.map((one) => ({ number: numbers.get(one), words: words(one) }));
}

/** What has the focus now, and what is wrong with how it shows that. */
function look() {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const { words, paint } = globalThis.__look;
  const wrong = [];
  const box = one.getBoundingClientRect();
  if (box.width < 1 || box.height < 1) wrong.push("has the focus and cannot be seen");
  if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) {
    wrong.push("has the focus outside of the window");
  } else {
    const x = (from, to, max) => Math.min(Math.max((from + to) / 2, 1), max - 1);
    const spots = [...one.getClientRects()].map((rect) => [x(rect.left, rect.right, innerWidth), x(rect.top, rect.bottom, innerHeight)]);
    const isSeen = spots.some(([left, top]) => {
      const there = document.elementFromPoint(left, top);
      return there && (one.contains(there) || there.contains(one) || one.labels && [...one.labels].some((label) => label.contains(there)));
    });
    if (!isSeen) wrong.push("has the focus and is covered");
  }
  const now = paint(one);
  const calm = globalThis.__calm.get(one);
  const hasOutline = !/^none|^\S+ 0px| rgba\(0, 0, 0, 0\)$/.test(now.outline) && now.outline !== calm?.outline;
  const hasShadow = now.shadow !== "none" && now.shadow !== calm?.shadow;
  if (!hasOutline && !hasShadow) wrong.push("does not show that it has the focus");
  return { number: globalThis.__stops.get(one) ?? -1, words: words(one), wrong };
}
