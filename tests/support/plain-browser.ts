/** A browser without pages: follows redirects as a person's does, with cookies by host. */
export interface Visit {
  status: number;
  url: string;
  body: string;
  headers: Headers;
}

export class PlainBrowser {
  /** Of each origin, by name. */
  readonly cookies = new Map<string, Map<string, string>>();

  /** The answer at the end of the redirects, or after `most` of them. */
  async visit(address: string | URL, most = 20): Promise<Visit> {
    let url = new URL(address);
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, { redirect: "manual", headers: { cookie: this.cookieHeader(url) } });
      this.#keep(url, response);
      const location = response.headers.get("location");
      if (location === null || redirects >= most)
        return {
          status: response.status,
          url: url.href,
          body: await response.text(),
          headers: response.headers,
        };
      await response.body?.cancel();
      url = new URL(location, url);
    }
  }

  cookieHeader(url: URL): string {
    return [...(this.cookies.get(url.origin) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  #keep(url: URL, response: Response): void {
    const jar = this.cookies.get(url.origin) ?? new Map<string, string>();
    this.cookies.set(url.origin, jar);
    for (const written of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(written) ?? [];
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(written) || value === "") jar.delete(name);
      else jar.set(name, value);
    }
  }
}
