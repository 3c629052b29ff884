import { spawn } from 'node:child_process'
import type { SignInProvider } from '../../people-routes.ts'
import { command } from '../command.ts'
import { type Context, contextFlag, contextOf } from '../contexts.ts'
import type { Io } from '../io.ts'
import { goodTokens, keepTokens, NotSignedIn, signInOf, whoIs } from '../signed-in.ts'
import { oneLine } from '../text.ts'
import { UsageError } from '../usage-error.ts'

export const login = command({
  args: {},
  flags: {
    context: contextFlag,
    provider: { type: 'string', value: 'NAME', summary: 'identity provider, where the instance has several' },
    force: { type: 'boolean', summary: 'sign in also where somebody is signed in' },
    device: { type: 'boolean', summary: 'with a code that is typed on another device' },
    'no-browser': { type: 'boolean', summary: 'open no browser, only print the address' },
    port: { type: 'string', value: 'PORT', summary: 'where the browser comes back to, where the provider wants a certain one' },
    json: { type: 'boolean', summary: 'print an object' },
  },
  details: `
The browser signs in at the provider and comes back to a port of this machine. Tokens lie in
~/.config/tidegate, readable by you alone. BROWSER names another program to open the page.

--device is for machines without a browser, where the instance allows it. Never type a code that
somebody sent you.

exit: 0 signed in, 1 the identity provider refused, 2 wrong usage or no instance

example:
  tidegate login`,
  async run({ flags }, io) {
    const context = await contextOf(flags.context)
    const known = flags.force ? undefined : await alreadySignedIn(context)
    if (known !== undefined) {
      await tell(known, flags.json, io)
      return 0
    }
    const provider = await providerOf(context, flags.provider)
    if (flags.device && !provider.allowsDeviceCode) {
      throw new UsageError(`the instance does not allow codes of other devices for \`${provider.name}\``, 'tidegate login')
    }
    const { isUnanswered, reasonOf, signInWithBrowser, signInWithDevice } = await import('../oidc.ts')
    const asking = { note: (line: string) => io.note(line), open: flags['no-browser'] ? () => {} : openBrowser, port: portOf(flags.port) }
    const tokens = await (flags.device ? signInWithDevice(provider, asking) : signInWithBrowser(provider, asking)).catch(
      (error: unknown) => {
        const what = isUnanswered(error) ? `does not answer at ${provider.issuer}` : 'did not sign anybody in'
        io.note(`error: ${provider.name} ${what}: ${reasonOf(error)}`)
        io.note('next: tidegate login')
      },
    )
    if (tokens === undefined) return 1
    const kept = { ...tokens, url: context.url }
    const person = await whoIs(context, kept)
    keepTokens(context, kept)
    await tell({ label: person.label ?? person.subject, provider: person.provider, expiresAt: kept.expiresAt }, flags.json, io)
    return 0
  },
})

interface Known {
  readonly label: string
  readonly provider: string
  readonly expiresAt: number
}

/** Undefined where nobody is, or where the instance does not take it any more. */
async function alreadySignedIn(context: Context): Promise<Known | undefined> {
  try {
    const tokens = await goodTokens(context)
    const { label, subject, provider } = await whoIs(context, tokens)
    return { label: label ?? subject, provider, expiresAt: tokens.expiresAt }
  } catch (error) {
    if (error instanceof NotSignedIn) return undefined
    throw error
  }
}

async function tell(known: Known, isJson: boolean, io: Io): Promise<void> {
  if (isJson) await io.write(`${JSON.stringify(known)}\n`)
  else await io.write(`signed in as ${oneLine(known.label)} at ${known.provider}\n`)
}

async function providerOf(context: Context, flag: string | undefined): Promise<SignInProvider> {
  const { providers } = await signInOf(context)
  const wanted = flag ?? context.provider
  const names = providers.map(({ name }) => name).join(', ')
  if (wanted !== undefined) {
    const found = providers.find(({ name }) => name === wanted)
    if (found === undefined) throw new UsageError(`the instance has no identity provider \`${wanted}\`; it has ${names || 'none'}`)
    return found
  }
  const [first, second] = providers
  if (first === undefined) throw new UsageError('the instance has no identity provider: `providers` in its configuration file names some')
  if (second !== undefined) throw new UsageError(`the instance has several identity providers: say \`--provider\` and one of ${names}`)
  return first
}

function openBrowser(url: string): void {
  const chosen = process.env['BROWSER']
  const [program, ...args] =
    chosen !== undefined && chosen !== ''
      ? [chosen]
      : process.platform === 'darwin'
        ? ['open']
        : process.platform === 'win32'
          ? ['rundll32', 'url.dll,FileProtocolHandler']
          : ['xdg-open']
  // Who has no browser has the address.
  spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}

function portOf(text = '0'): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new UsageError(`\`${text}\` is no port: a number from 0 to 65535`)
  return Number(text)
}
