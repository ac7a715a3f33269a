// Fails in the way that it is told. It tests the harness, no page of the service.

import { tmpdir } from "node:os";

export default async function stumble(page, { page: address, how }, tools) {
  await page.goto(address);
  if (how === "throw") throw new Error(`it stumbled after ${await tools.ask("how far", 7)}`);
  if (how === "odd") await page.evaluate(() => console.error("out of order"));
  if (how === "spin") {
    await tools.ask("profile", tmpdir());
    for (;;);
  }
  if (how === "hang") await new Promise(() => {});
}
