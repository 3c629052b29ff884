/** The pages of the demo identity provider: plain HTML, no script. */
import { createHash } from 'node:crypto'

export interface DemoPerson {
  /** Subject of the tokens. */
  readonly id: string
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
}

export interface Page {
  readonly html: string
  /** Content-Security-Policy. */
  readonly policy: string
}

/** Each person is a button. Whoever wants to be one without a second factor says so. */
export function signInPage(action: string, people: readonly DemoPerson[], clientId: string): Page {
  const buttons = people.map(
    ({ id, name, email, groups }) => `
      <button name="person" value="${escaped(id)}">
        <strong>${escaped(name)}</strong> ${escaped(email)}<br><small>${groups.map(escaped).join(', ')}</small>
      </button>`,
  )
  return page(
    'Sign in',
    `<p>to <strong>${escaped(clientId)}</strong>. This is a demonstration: whoever clicks is that person.</p>
    <form method="post" action="${escaped(action)}">${buttons.join('')}
      <label><input type="checkbox" name="factors" value="1"> with a password only, without a second factor</label>
    </form>`,
  )
}

interface DeviceRequest {
  readonly code: string
  readonly device: Readonly<Record<string, unknown>>
}

/** What somebody who got a code by mail or chat needs to see: from where the sign-in was started. */
export function devicePage(form: string, problem: string | undefined, request?: DeviceRequest): Page {
  const asked =
    request === undefined
      ? ''
      : `<p>Code <strong>${escaped(request.code)}</strong></p>
    <p>Started from <strong>${escaped(textOf(request.device['ip']) ?? 'an unknown address')}</strong>
    by <strong>${escaped(textOf(request.device['ua']) ?? 'an unknown program')}</strong>.
    Go on only if you started it yourself, just now.</p>`
  const button = request === undefined ? 'Continue' : 'I started this'
  return page(
    'Sign in another device',
    `${problem === undefined ? '' : `<p role="alert">${escaped(problem)}</p>`}${asked}${form}
    <button type="submit" form="${/id="([^"]+)"/.exec(form)?.[1] ?? ''}">${button}</button>`,
  )
}

export function messagePage(title: string, text: string): Page {
  return page(title, `<p>${escaped(text)}</p>`)
}

function page(title: string, content: string): Page {
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escaped(title)}</title>
    <style>${style}</style>
  </head>
  <body>
    <main>
    <h1>${escaped(title)}</h1>
    ${content}
    </main>
  </body>
</html>
`
  return { html, policy: `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'` }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  main { max-width: 26rem; margin: 4rem auto; padding: 0 1rem }
  button { display: block; width: 100%; margin: 0 0 .75rem; padding: .75rem 1rem; text-align: left; font: inherit; cursor: pointer }
`
const styleHash = createHash('sha256').update(style).digest('base64')
