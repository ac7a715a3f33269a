// How many bytes a page costs over the wire. Pictures of documents do not count; everything else does.

/** Loads `path` with an empty cache and fails over `most` bytes; returns the sum. `without`: addresses that do not count. */
export async function weigh(page, path, { most = 100_000, without = /\/pages\/\d+\.(png|webp|jpe?g)(\?|$)/ } = {}) {
  const other = await page.context().newPage();
  const wire = await other.context().newCDPSession(other);
  const parts = new Map();
  await wire.send("Network.enable");
  await wire.send("Network.setCacheDisabled", { cacheDisabled: true });
  const part = (id) => parts.get(id) ?? parts.set(id, { url: "?", bytes: 0 }).get(id);
  wire.on("Network.responseReceived", ({ requestId, response }) => {
    const one = part(requestId);
    one.url = response.url;
    one.bytes += response.encodedDataLength;
  });
  // A file has no encoded length; a stream of events never ends, so what came is counted as it comes.
  wire.on("Network.dataReceived", (data) => (part(data.requestId).bytes += data.encodedDataLength || data.dataLength));
  await other.goto(path, { waitUntil: "load" });
  await other.close();
  const counted = [...parts.values()].filter((one) => !without.test(one.url));
  const sum = counted.reduce((sum, one) => sum + one.bytes, 0);
  if (sum === 0) throw new Error(`${path} weighs nothing: it was not measured`);
  if (sum > most) {
    const list = counted.sort((a, b) => b.bytes - a.bytes).map((one) => `  ${one.bytes} ${one.url.slice(0, 200)}`);
    throw new Error(`${path} weighs ${sum} bytes, more than ${most}:\n${list.join("\n")}`);
  }
  return sum;
}
