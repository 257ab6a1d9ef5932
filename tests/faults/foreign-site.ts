import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A page of an attacker: its script, and whether it ends with a title or by leaving for Holt. */
export interface ForeignPage {
  script: string;
  leaves: boolean;
}

/** Pages that try to decide in the name of whoever opens them. */
export function attackPages(target: string, body: string): Record<string, ForeignPage> {
  const [to, text] = [JSON.stringify(target), JSON.stringify(body)];
  const send = (options: string) =>
    stays(`fetch(${to}, { method: "POST", credentials: "include", ${options} }).catch(() => {}).then(done)`);
  return {
    "a request without CORS": send(`mode: "no-cors", body: ${text}`),
    "a request as JSON": send(`headers: { "content-type": "application/json" }, body: ${text}`),
    "a Blob that says it is JSON": send(
      `mode: "no-cors", body: new Blob([${text}], { type: "application/json" })`,
    ),
    "a form as text": leaves(`form("text/plain", [[${text}.slice(0, -1).replace(/"$/, ""), '"}']])`),
    "a form": leaves(`form("application/x-www-form-urlencoded", Object.entries(JSON.parse(${text})))`),
    "a form of parts": leaves(`form("multipart/form-data", Object.entries(JSON.parse(${text})))`),
    "a beacon": stays(`navigator.sendBeacon(${to}, ${text}); setTimeout(done, 50)`),
    "a picture": stays(
      `const picture = new Image(); picture.onload = picture.onerror = done; picture.src = ${to} + "?verdict=approve"`,
    ),
    "a link": leaves(`location.href = ${to} + "?verdict=approve"`),
  };

  function leaves(act: string): ForeignPage {
    const form = `function form(enctype, fields) {
      const made = Object.assign(document.createElement("form"), { method: "POST", action: ${to}, enctype });
      for (const [name, value] of fields) made.append(Object.assign(document.createElement("input"), { name, value }));
      document.body.append(made); made.submit();
    }`;
    return { script: `${form}\nsetTimeout(() => { ${act} })`, leaves: true };
  }
}

/** A page that shows Holt's within its own, where it would be clicked without being seen. */
export function framingPage(url: string): ForeignPage {
  return stays(
    `const frame = document.createElement("iframe"); frame.onload = done; frame.src = ${JSON.stringify(url)}; document.body.append(frame)`,
  );
}

function stays(act: string): ForeignPage {
  return { script: `function done() { document.title = "done" }\n${act}`, leaves: false };
}

/** A web server of somebody else: each page at `/<its place>`. */
export async function openForeignSite(
  pages: readonly ForeignPage[],
): Promise<{ port: number; close(): void }> {
  const server = createServer(({ url = "" }, response) => {
    const script = pages[Number(url.slice(1))]?.script ?? "";
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>Win a prize</title><body><script>${script}</script>`);
  });
  server.listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
