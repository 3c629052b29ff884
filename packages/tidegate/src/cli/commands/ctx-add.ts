import { command } from '../command.ts'
import { readContexts, writeContexts } from '../contexts.ts'
import { UsageError } from '../usage-error.ts'

export const ctxAdd = command({
  args: { name: { value: 'NAME', summary: 'what to call it; an existing one is replaced' } },
  flags: {
    url: { type: 'string', value: 'URL', summary: 'where the instance is' },
    provider: { type: 'string', value: 'NAME', summary: 'identity provider to sign in with' },
  },
  details: `
exit: 0 done, 1 never, 2 wrong usage

example:
  tidegate ctx add prod --url https://tidegate.corp.example`,
  async run({ args: { name }, flags: { url = '', provider } }, io) {
    if (!/^[\w.-]{1,64}$/.test(name)) throw new UsageError(`\`${name}\` is no name: up to 64 letters, digits, dots and hyphens`)
    const parsed = URL.parse(url)
    const isHere = parsed !== null && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(parsed.hostname)
    if (parsed === null || (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && isHere))) {
      throw new UsageError('`--url` must be an https address, or an http one of this machine: tokens are sent there')
    }
    const { current, contexts } = readContexts()
    writeContexts({
      current: current ?? name,
      contexts: [...contexts.filter((each) => each.name !== name), { name, url: parsed.href.replace(/\/$/, ''), provider }],
    })
    await io.write(`${name} is ${parsed.origin}\n`)
    return 0
  },
})
