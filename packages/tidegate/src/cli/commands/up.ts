import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { ConfigurationError } from '../../configuration/json-members.ts'
import { type DataFolder, dataFolder, defaultDataFolder } from '../../data-folder.ts'
import type { Demo } from '../../demo/demo.ts'
import type { Instance, InstanceOptions } from '../../instance.ts'
import { type TraceSettings, TraceSettingsError, traceSettings } from '../../telemetry/settings.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import type { Io } from '../io.ts'
import { alreadyRuns, type StartupProblem, startupProblem } from '../startup-problem.ts'
import { UsageError } from '../usage-error.ts'

export const up = command({
  args: {},
  flags: {
    data: dataFlag,
    port: { type: 'string', value: 'PORT', summary: 'where to listen, 4780 by default; 0 takes a free one' },
    host: { type: 'string', value: 'ADDRESS', summary: 'address to listen on, 127.0.0.1 by default' },
    database: { type: 'string', value: 'URL', summary: 'postgres://...; a SQLite file in the data folder by default' },
    config: { type: 'string', value: 'FILE', summary: 'accounts and organization, as JSON' },
    'tls-cert': { type: 'string', value: 'FILE', summary: 'certificate chain in PEM; with --tls-key' },
    'tls-key': { type: 'string', value: 'FILE', summary: 'private key in PEM' },
    runtime: {
      type: 'string',
      value: 'RUNTIME',
      choices: ['docker', 'process'],
      summary: 'what tasks run on: docker where an engine answers, else process',
    },
    'task-credentials-ttl': { type: 'string', value: 'SECONDS', summary: 'life of the credentials of tasks, 3600 by default' },
    'task-host-path': { type: 'list', value: 'PATH', summary: 'a path of this machine that containers may mount' },
    demo: { type: 'boolean', summary: 'for trying: people, an organization, and a tour' },
    once: { type: 'boolean', summary: 'with --demo: end after the tour' },
    'no-s3-sigv2': { type: 'boolean', summary: 'refuse signature version 2, which older S3 clients presign with' },
    json: { type: 'boolean', summary: 'print where it listens as one line of JSON' },
  },
  details: `
Prints where it listens and how to point a client at it, then serves until it is interrupted:
what was accepted is finished. Log lines are JSON on standard error.

The first start makes the data folder, with keys and with the root key of each account in files
that only you can read.

Tasks run in containers of Docker, or as processes of this machine, which nothing isolates. They
go on when the instance ends, and it finds them again.

With --demo there is somebody to sign in as, for trying: alice, bob and carol, with roles for
their groups; and a tour shows what there is. Only on this machine, and never for anything that
matters.

Traces go to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, one for each request.

exit: 0 ended by a signal, 1 it could not run, or --once was interrupted, 2 wrong usage; after a
tour, the number of the step that failed

example:
  tidegate up --port 4780`,
  async run({ flags }, io) {
    setV8Flags()
    if (flags.demo && flags.config !== undefined) throw new UsageError('`--demo` brings a configuration of its own: leave `--config` out')
    if (flags.demo && flags.host !== undefined) throw new UsageError('`--demo` is for this machine only: leave `--host` out')
    if (flags.once && !flags.demo) throw new UsageError('`--once` has no effect without `--demo`')
    const { defaultConfiguration, readConfiguration } = await import('../../configuration/configuration.ts')
    const { jsonLogger } = await import('../../log.ts')
    const { openInstance } = await import('../../instance.ts')
    const folder = dataFolder(flags.data ?? (flags.demo ? demoFolder() : defaultDataFolder))
    const port = portOf(flags.port)
    const demo = flags.demo ? await prepareDemo(folder, port) : undefined
    const configurationFile = demo?.configuration ?? flags.config
    const options: InstanceOptions = {
      folder,
      host: flags.host ?? '127.0.0.1',
      port,
      tls: tlsOf(flags['tls-cert'], flags['tls-key']),
      database: flags.database,
      configuration: configurationFile === undefined ? defaultConfiguration : configurationOf(() => readConfiguration(configurationFile)),
      allowS3SigV2: !flags['no-s3-sigv2'],
      // A tour is over before the first minute is, and shows that the log is signed.
      checkpointSeconds: flags.demo ? 2 : undefined,
      traces: tracesOf(process.env),
      tasks: {
        runtime: flags.runtime,
        credentialsTtlSeconds: ttlOf(flags['task-credentials-ttl']),
        hostPaths: demo === undefined ? flags['task-host-path'] : demo.hostPaths,
      },
      log: jsonLogger((line) => io.note(line.trimEnd()), Date.now),
    }
    const option = flags.data === undefined ? '' : ` --data ${flags.data}`
    const refuse = ({ message, next }: StartupProblem): void => {
      io.note(`error: ${message}`)
      io.note(`next: ${next}`)
    }
    const running = await alreadyRuns(folder, option)
    if (running !== undefined) {
      await demo?.close()
      refuse(running)
      return 1
    }
    const instance = await openInstance(options).catch((error: unknown) => {
      const problem = startupProblem(error, {
        option,
        upOption: flags.demo ? ` --demo${option}` : option,
        folder: folder.path,
        address: `${options.host}:${port}`,
      })
      if (problem === undefined) throw error
      refuse(problem)
    })
    if (instance === undefined) {
      await demo?.close()
      return 1
    }
    const accounts = instance.accounts.map(({ id, name }) => ({ id, name, rootKey: folder.rootKey(id) }))
    if (flags.json) await io.write(`${JSON.stringify({ url: instance.url, data: folder.path, auditKey: instance.auditKey, accounts })}\n`)
    else if (demo === undefined) await io.write(greeting(instance, accounts, flags.data))
    else await io.write(demo.greeting(instance))
    const interruption = interrupted()
    const step = demo === undefined ? 0 : await toured(demo, instance, interruption, io)
    if (step === 0 && demo !== undefined && !flags.once) await io.write(demo.farewell(instance))
    if (!flags.once) await interruption
    await demo?.end(instance).catch((error: unknown) => io.note(`tasks of the demonstration may still run: ${String(error)}`))
    io.note('closing: requests that were accepted are finished')
    await instance.close()
    await demo?.close()
    if (step === 'interrupted') return flags.once ? 1 : 0
    return step === 0 ? 0 : { child: step }
  },
})

function greeting(
  { url, auditKey, runtime }: Instance,
  accounts: readonly { id: string; name: string; rootKey: string }[],
  data: string | undefined,
): string {
  const option = data === undefined ? '' : ` --data ${data}`
  return [
    `listening on ${url}`,
    `console at   ${url}/console/`,
    '',
    'point a client at it, with the root key of the first account:',
    `  eval "$(npx tidegate env${option})"`,
    '  aws sts get-caller-identity',
    '',
    'accounts, and where the keys of their root users lie:',
    ...accounts.map(({ id, name, rootKey }) => `  ${id}  ${name}  ${rootKey}`),
    '',
    runtime === 'process' ? 'tasks run as processes of this machine, without isolation' : `tasks run on ${runtime}`,
    '',
    'public key of its audit log, to be kept elsewhere:',
    `  ${auditKey}`,
    '',
  ].join('\n')
}

function portOf(text = '4780'): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`\`${text}\` is no port: a number from 0 to 65535`)
  return port
}

function ttlOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (!/^\d{1,5}$/.test(text) || seconds < 900 || seconds > 43_200)
    throw new UsageError(`\`${text}\` is no life of credentials: a number of seconds from 900 to 43200`)
  return seconds
}

function tracesOf(environment: NodeJS.ProcessEnv): TraceSettings | undefined {
  try {
    return traceSettings(environment)
  } catch (error) {
    if (error instanceof TraceSettingsError) throw new UsageError(error.message, error.next)
    throw error
  }
}

function tlsOf(cert: string | undefined, key: string | undefined): { cert: string; key: string } | undefined {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) throw new UsageError('`--tls-cert` and `--tls-key` go together')
  return { cert: pem(cert), key: pem(key) }
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read \`${file}\`: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function configurationOf<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(error.message, error.next)
    throw error
  }
}

/** A folder of its own for each demonstration: none goes on where another ended. */
function demoFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tidegate-demo-'))
}

async function prepareDemo(folder: DataFolder, port: number): Promise<Demo> {
  const demo = await import('../../demo/demo.ts')
  return demo.prepareDemo(folder, `http://127.0.0.1:${port}`)
}

/** Answers 0 or the number of the step that failed; at once, and silent from then on, when it is interrupted. */
async function toured(demo: Demo, instance: Instance, interruption: Promise<void>, io: Io): Promise<number | 'interrupted'> {
  let isOver = false
  const tour = demo.tour(instance, (text) => void (isOver || io.write(text)))
  const step = await Promise.race([tour, interruption.then(() => 'interrupted' as const)])
  isOver = true
  // What it still tries fails when the instance is gone, and nobody wants to know.
  if (step === 'interrupted') tour.catch(() => {})
  return step
}

/** Resolves at the first signal to end; a second one ends at once. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}

/**
 * V8 watches where objects that outlive a collection are made, and makes those old at once. What a request makes lives until its commit, so
 * that guess is wrong here, and the garbage of requests would wait for full collections. Set before the code of a request is loaded.
 */
function setV8Flags(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
