/**
 * A whole instance: state, keys, audit log, services and the door in front of them. The only file that knows every part.
 */
import { type Account, ensureAccount, listAccounts, newAccountId } from './accounts.ts'
import { type AuditLog, openAuditLog } from './audit/log.ts'
import { credentialsFrom } from './callers.ts'
import { consoleFolder } from './console-folder.ts'
import type { Configuration } from './configuration/configuration.ts'
import { Organization } from './configuration/organization.ts'
import { type ControlRequest, listenForControl } from './control.ts'
import { driftOf } from './drift.ts'
import { type DataFolder, prepareDataFolder } from './data-folder.ts'
import { sandboxed } from './endpoints/console/headers.ts'
import { consoleRoutes } from './endpoints/console/routes.ts'
import { consoleSignIn } from './endpoints/console/sign-in.ts'
import { fetchJson } from './federation/safe-fetch.ts'
import { AuditSink } from './gateway/audit-sink.ts'
import { type Counts, counts } from './gateway/counts.ts'
import { frontDoorOf } from './gateway/front-door.ts'
import { listen } from './gateway/listen.ts'
import { ownAccordOf } from './gateway/own-accord.ts'
import { operatorRoutes } from './gateway/operator-routes.ts'
import { type Plane, serve } from './gateway/serve.ts'
import type { StartTrace } from './gateway/tracing.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import type { FrontDoor } from './kernel/front-door.ts'
import type { Service } from './kernel/operation.ts'
import { systemTimers, type Timers } from './kernel/timers.ts'
import { ecsScheduler, newEcsId } from './ecs-scheduler.ts'
import { Intents } from './intents.ts'
import type { Logger } from './log.ts'
import { OpenedSecrets } from './opened.ts'
import { openObjectStore } from './objects/open-store.ts'
import type { Secrets } from './services/iam/ports.ts'
import { consoleProviders, People, writeProviders } from './people.ts'
import { peopleRoutes } from './people-routes.ts'
import { principalsOf } from './services/iam/principals.ts'
import { expireEvents } from './services/logs/retention.ts'
import { LifecycleSchedule } from './services/s3/lifecycle-schedule.ts'
import { servicesOf } from './services.ts'
import { sealMessage } from './sessions/authorization-message.ts'
import { type KeyRing, openKeyRing } from './sessions/open-key-ring.ts'
import { revocationsIn, revoke } from './sessions/revocation.ts'
import { sealSecret } from './sessions/secrets.ts'
import type { OpenState } from './store/durable-state.ts'
import { openLogEvents } from './store/log-events.ts'
import { openState } from './store/open-state.ts'
import type { TraceSettings } from './telemetry/settings.ts'
import { openTaskSide, type TaskSettings } from './task-side.ts'
import { revokeUser } from './user-revocation.ts'
import { bodyLimitBytes } from './wire/protocol.ts'
import { SignatureVerifier } from './wire/sigv4/verifier.ts'

export interface InstanceOptions {
  readonly folder: DataFolder
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /** `postgres://…`; the SQLite file of the data folder where absent. */
  readonly database?: string | undefined
  readonly configuration: Configuration
  readonly allowS3SigV2: boolean
  /** How often the audit log is signed while records come; a minute where absent. */
  readonly checkpointSeconds?: number | undefined
  /** Nothing is traced where absent. */
  readonly traces?: TraceSettings | undefined
  /** What tasks run on, and what they get. */
  readonly tasks?: TaskSettings | undefined
  readonly clock?: Clock
  readonly timers?: Timers
  readonly log: Logger
}

export interface Instance {
  readonly url: string
  /** What it serves. */
  readonly services: readonly Service[]
  readonly accounts: readonly Account[]
  /** What tasks run on: `docker` or `process`. */
  readonly runtime: string
  /** What an auditor pins to verify the audit log. */
  readonly auditKey: string
  /** Finishes what was accepted, then closes everything. */
  close(): Promise<void>
}

/** Opens or creates an instance and serves it. Rejects in words for whoever runs it, with nothing left open. */
export async function openInstance(options: InstanceOptions): Promise<Instance> {
  const { folder, configuration, clock = systemClock, log } = options
  prepareDataFolder(folder)
  const opened = new Opened()
  try {
    const keys = opened.add(
      openKeyRing({ path: folder.keyRing, clock, onProblem: (error) => log.problem('the key ring cannot be read', error) }),
    )
    const state = opened.add(await openState({ database: options.database ?? folder.state, clock }))
    const audit = opened.add(
      await openAuditLog({
        folder: folder.audit,
        clock,
        ...(options.checkpointSeconds !== undefined && { checkpointSeconds: options.checkpointSeconds }),
        onProblem: (error) => log.problem('the audit log cannot be tended', error),
      }),
    )
    for (const account of configuration.accounts) await ensureAccount(account, { state, keys, folder, now: clock() })
    const organization = new Organization(configuration.organization)
    const secrets = secretsSealedWith(keys)
    const people = new People(configuration)
    const written = await writeProviders(configuration, state, clock())
    if (written > 0) log.info('identity providers of the configuration were written to IAM', { count: written })
    const principals = principalsOf(state, secrets, (accountId, roleName) => people.statementsFor(accountId, roleName))
    const revocations = revocationsIn(state)
    const intents = new Intents(state, audit.verifierKey)
    const objects = opened.add(
      await openObjectStore({
        folder: folder.objects,
        clock,
        intent: () => intents.ofRequest(),
        onProblem: (what, error) => log.problem(what, error),
      }),
    )
    intents.keepWith(objects)
    const recovered = await intents.recover(audit)
    if (recovered > 0) log.info('records of requests that a crash cut off were appended to the audit log', { count: recovered })
    // What services ask of each other goes through the door that is built of them.
    const frontDoor: FrontDoor = { call: (inner) => frontDoorOf(plane).call(inner) }
    const { timers = systemTimers } = options
    const tasks = opened.add(
      await openTaskSide({
        ...options.tasks,
        folder: folder.tasks,
        state,
        frontDoor,
        directory: { find: (arn) => scheduler.find(arn) },
        serve: (request) => serve(request, plane),
        clock,
        timers,
        log,
      }),
    )
    const { runtime, endpoints } = tasks
    const gateway = options.database === undefined ? undefined : audit.verifierKey
    const scheduler = ecsScheduler({ runtime, endpoints, state, frontDoor, gateway, clock, timers, log })
    const ecs = { scheduling: scheduler, runtime, newId: newEcsId }
    const logEvents = opened.add(openLogEvents(folder.logEvents))
    const expiry = setInterval(() => {
      expireEvents({ state, events: logEvents }, clock()).catch((error: unknown) => log.problem('old log events cannot be deleted', error))
    }, EXPIRY_MILLISECONDS)
    opened.add({ close: () => clearInterval(expiry) })
    const closing = new AbortController()
    const parts = {
      closing: closing.signal,
      state: intents.state,
      logEvents,
      keys,
      secrets,
      audit,
      organization,
      principals,
      people,
      revocations,
      frontDoor,
      objects,
      ecs,
    }
    const services = servicesOf(parts)
    const counted = counts(services.map(({ name }) => name))
    const startTrace = options.traces && (await traced(options.traces, opened, log, counted))
    const plane: Plane = {
      services,
      authentication: {
        credentials: credentialsFrom({ principals, keys, revocations, organization }),
        verifier: new SignatureVerifier(),
        clock,
        allowS3SigV2: options.allowS3SigV2,
        bodyLimit: bodyLimitBytes['aws-json'],
      },
      guardrails: organization,
      defaultRegion: configuration.defaultRegion,
      audit: new AuditSink(audit, () => {
        intents.recover(audit).catch((error: unknown) => log.problem('records that were held back cannot be appended', error))
      }),
      intents,
      sealMessage: (text, accountId) => sealMessage(text, accountId, keys),
      observe: (outcome) => counted.observe(outcome),
      startTrace,
      report: (error, requestId) => log.problem('a request failed on our side', error, { requestId }),
    }
    const forConsole = consoleRoutes({
      folder: consoleFolder(),
      signIn: consoleSignIn({
        providers: consoleProviders(configuration),
        fetchJson: (url, form) => fetchJson(url, configuration.identityProviders, form),
      }),
    })
    const { host, port, tls } = options
    const listener = opened.add(
      await listen({
        host,
        port,
        ...(tls && { tls }),
        serve: async (request) => forConsole(request) ?? sandboxed(request, await serve(request, plane)),
        routes: {
          ...operatorRoutes({ isReady: () => clock() - state.freshAt < STALE_MILLISECONDS, metrics: () => counted.text() }),
          ...peopleRoutes({
            people,
            askForAccess: configuration.askForAccess,
            region: configuration.defaultRegion,
            clock,
            revocations,
            role: (accountId, name) => principals.role(accountId, name),
            accountName: (id) => listAccounts(state).find((account) => account.id === id)?.name ?? id,
          }),
        },
        onFailure: (error, requestId) => log.problem('an answer could not be made', error, { requestId }),
      }),
    )
    opened.add(scheduler)
    await scheduler.start()
    const lifecycle = opened.add(
      new LifecycleSchedule({
        state,
        objects,
        ownAccord: ownAccordOf(plane),
        clock,
        timers,
        onProblem: (bucket, error) => log.problem(`lifecycle rules of the bucket ${bucket} cannot be carried out`, error),
      }),
    )
    lifecycle.start()
    const control = await listenForControl(folder.control, (request) =>
      answerControl(request, { ...options, state, keys, audit, url: listener.url, clock }),
    )
    opened.add({ close: () => control.close() })
    return {
      url: listener.url,
      services,
      get accounts() {
        return listAccounts(state)
      },
      runtime: runtime.name,
      auditKey: audit.verifierKey,
      close() {
        closing.abort()
        return opened.close()
      },
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** Loaded only where somebody wants traces. What waits is sent when the instance closes. */
async function traced(settings: TraceSettings, opened: Opened, log: Logger, counted: Counts): Promise<StartTrace> {
  const { Exporter } = await import('./telemetry/exporter.ts')
  const { traces } = await import('./telemetry/traces.ts')
  const exporter = opened.add(
    new Exporter({
      ...settings,
      onProblem: (error) => log.problem('the collector does not take traces', error),
      onDropped: (count) => counted.spansDropped(count),
    }),
  )
  return traces((spans) => exporter.add(spans))
}

/** Sealing as the services ask for it. */
function secretsSealedWith(keys: KeyRing): Secrets {
  const opened = new OpenedSecrets(keys)
  return {
    seal: (secret: string, owner: readonly string[]) => sealSecret(secret, owner, keys),
    open: (sealed: string, owner: readonly string[]) => opened.open(sealed, owner),
  }
}

/** What is open, closed in the reverse order: the door first. */
class Opened {
  readonly #parts: { close(): unknown }[] = []

  add<T extends { close(): unknown }>(part: T): T {
    this.#parts.push(part)
    return part
  }

  async close(): Promise<void> {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) await part.close()
  }
}

interface Controlled extends InstanceOptions {
  readonly state: OpenState
  readonly keys: KeyRing
  readonly audit: AuditLog
  readonly url: string
  readonly clock: Clock
}

async function answerControl(request: ControlRequest, controlled: Controlled): Promise<unknown> {
  const { state, keys, folder, url, clock, audit, configuration } = controlled
  switch (request.ask) {
    case 'status':
      return { url, pid: process.pid, accounts: listAccounts(state), startedAt: Math.round(performance.timeOrigin) }
    case 'accounts':
      return listAccounts(state)
    case 'create-account': {
      const id = request.id ?? newAccountId(state)
      if (!/^\d{12}$/.test(id)) throw new Error(`\`${id}\` is no account id of 12 digits`)
      if (listAccounts(state).some((account) => account.id === id)) throw new Error(`the account ${id} exists already`)
      await ensureAccount({ id, name: request.name }, { state, keys, folder, now: clock() })
      return { id, name: request.name, rootKey: folder.rootKey(id) }
    }
    case 'revoke': {
      const now = clock()
      await state.transact((tx) => revoke(tx, request.sessions, now))
      return { issuedBefore: new Date(now).toISOString() }
    }
    case 'revoke-user': {
      const includesWorkloads = request.workloads === undefined ? configuration.revokeWorkloads : request.workloads === 'cut'
      return revokeUser({ ...request, includesWorkloads }, { state, audit, now: clock() })
    }
    case 'drift':
      return state.read((view) => driftOf(configuration, view))
  }
}

/** How often log events that are past their retention are deleted. */
const EXPIRY_MILLISECONDS = 600_000

/** Readiness ends when the state in memory is older: another gateway may have revoked something. */
const STALE_MILLISECONDS = 5_000
