/** What a browser does when somebody signs in, without a browser: it keeps cookies, follows redirects and sends a form. */

export class Browser {
  readonly #cookies = new Map<string, string>()

  /** Follows redirects to the page at the end. */
  async open(
    url: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<{ readonly url: string; readonly status: number; readonly text: string }> {
    let [next, body] = [url, form]
    for (let hops = 0; hops < 20; hops++) {
      const response = await fetch(next, {
        method: body === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(body && { body: new URLSearchParams(body) }),
      })
      for (const cookie of response.headers.getSetCookie()) this.#keep(cookie)
      const location = response.headers.get('location')
      if (location === null) return { url: next, status: response.status, text: await response.text() }
      await response.body?.cancel()
      ;[next, body] = [new URL(location, next).href, undefined]
    }
    throw new Error('the redirects do not end')
  }

  /** Clicks on a name on the page of the demo identity provider. Answers the page at the end. */
  async signIn(url: string, person: string, fields: Readonly<Record<string, string>> = {}): Promise<string> {
    const page = await this.open(url)
    const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1]
    if (action === undefined) return page.text
    return (await this.open(new URL(action, page.url).href, { person, ...fields })).text
  }

  /** Types nothing: the address has the code. Agrees that the sign-in was started by whom the page says, and clicks on a name. */
  async approveDevice(url: string, person: string): Promise<string> {
    const fieldsOf = (text: string): Record<string, string> =>
      Object.fromEntries([...text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]))
    const address = new URL(url)
    const device = `${address.origin}${address.pathname}`
    const confirm = await this.open(device, fieldsOf((await this.open(url)).text))
    const page = await this.open(device, fieldsOf(confirm.text))
    const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1] ?? ''
    return (await this.open(new URL(action, page.url).href, { person })).text
  }

  #keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(cookie)) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}
