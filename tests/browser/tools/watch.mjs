// Watches all pages of a journey for what no page of ours may do. It only notes; the journey fails by `fail`.

export class Watch {
  odd = [];
  // A browser asks for this picture unbidden; that there is none is no fault.
  expected = [/^Failed to load resource.*\/favicon\.ico\)$/];
  acceptsDialogs = false;
  trusted = [];

  constructor(origin) {
    this.origin = origin;
  }

  note(kind, what) {
    this.odd.push({ kind, what });
  }

  over(context) {
    context.on("request", (request) => {
      if (!this.isOurs(request.url())) this.note("third party", `${request.method()} ${request.url()}`);
    });
    context.on("console", (message) => {
      const text = `${message.text()} (${message.location().url})`;
      if (message.type() === "error" && !this.expected.some((one) => one.test(text))) this.note("console", text);
    });
    context.on("weberror", (error) => this.note("console", String(error.error()?.stack ?? error.error())));
    context.on("dialog", async (dialog) => {
      if (!this.acceptsDialogs) this.note("dialog", dialog.message());
      await (this.acceptsDialogs ? dialog.accept() : dialog.dismiss()).catch(() => {});
    });
  }

  /** From now on requests to this origin are none of a third party, such as the one that people sign in with. */
  trust(origin) {
    this.trusted.push(origin);
  }

  /** Our own service, a report that was written to a file, and what has no address. */
  isOurs(address) {
    const url = new URL(address);
    return url.origin === this.origin || this.trusted.includes(url.origin) || ["file:", "about:", "data:", "blob:"].includes(url.protocol);
  }

  fail(kind) {
    const found = this.odd.filter((one) => !kind || one.kind === kind);
    if (found.length) throw new Error(found.map((one) => `${one.kind}: ${one.what}`).join("\n"));
  }
}
