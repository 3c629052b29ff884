/**
 * The cost of each stage of a request, in this process: every stage is run over a whole batch before the next, with what the stage before
 * has made of each request.
 */
import { openAuditLog, type AuditLog } from '../../packages/tidegate/src/audit/log.ts'
import { credentialsFrom } from '../../packages/tidegate/src/callers.ts'
import { readRootKey } from '../../packages/tidegate/src/accounts.ts'
import { defaultAccount, defaultConfiguration } from '../../packages/tidegate/src/configuration/configuration.ts'
import { Organization } from '../../packages/tidegate/src/configuration/organization.ts'
import { dataFolder, type DataFolder } from '../../packages/tidegate/src/data-folder.ts'
import { authenticate } from '../../packages/tidegate/src/gateway/authenticate.ts'
import { authorizeCall, isAllowed } from '../../packages/tidegate/src/gateway/authorize.ts'
import { Exchange } from '../../packages/tidegate/src/gateway/exchange.ts'
import { requestKeys } from '../../packages/tidegate/src/gateway/request-keys.ts'
import { resolveOperation } from '../../packages/tidegate/src/gateway/resolve-operation.ts'
import { openInstance } from '../../packages/tidegate/src/instance.ts'
import { Intents } from '../../packages/tidegate/src/intents.ts'
import { systemClock } from '../../packages/tidegate/src/kernel/clock.ts'
import type { Call, Service } from '../../packages/tidegate/src/kernel/operation.ts'
import type { WireRequest } from '../../packages/tidegate/src/kernel/wire-request.ts'
import { OpenedSecrets } from '../../packages/tidegate/src/opened.ts'
import { openObjectStore } from '../../packages/tidegate/src/objects/open-store.ts'
import { People } from '../../packages/tidegate/src/people.ts'
import { principalsOf } from '../../packages/tidegate/src/services/iam/principals.ts'
import { servicesOf } from '../../packages/tidegate/src/services.ts'
import { openKeyRing } from '../../packages/tidegate/src/sessions/open-key-ring.ts'
import { revocationsIn } from '../../packages/tidegate/src/sessions/revocation.ts'
import { sealSecret } from '../../packages/tidegate/src/sessions/secrets.ts'
import { openLogEvents } from '../../packages/tidegate/src/store/log-events.ts'
import { openState } from '../../packages/tidegate/src/store/open-state.ts'
import { SignatureVerifier } from '../../packages/tidegate/src/wire/sigv4/verifier.ts'
import { wholeBody } from '../../packages/tidegate/src/wire/sigv4/verified-body.ts'
import type { SignedRequest } from './requests.ts'
import { batch, type Kind, kinds, makeWorld, type World } from './world.ts'

const stageNames = ['resolve', 'authenticate', 'parse', 'authorize', 'invoke', 'write', 'record', 'append'] as const
type Stage = (typeof stageNames)[number]

export interface StageFigures {
  readonly kind: Kind
  readonly stage: Stage
  readonly n: number
  /** For each request, one value for each batch. */
  readonly cpuMicroseconds: readonly number[]
}

export async function measureStages(path: string, rounds: number): Promise<readonly StageFigures[]> {
  const folder = dataFolder(path)
  const world = await madeIn(folder)
  const parts = await openParts(folder)
  const figures = kinds.flatMap((kind) => stageNames.map((stage) => ({ kind, stage, n: 0, cpuMicroseconds: [] as number[] })))
  try {
    for (let round = -Math.ceil(rounds / 2); round < rounds; round++) {
      for (const kind of kinds) {
        const costs = await runBatch(batch(world, kind, batchSize, host), parts)
        if (round < 0) continue // warming up
        for (const each of figures.filter((one) => one.kind === kind)) {
          each.n += batchSize
          each.cpuMicroseconds.push((costs.get(each.stage) ?? Number.NaN) / batchSize)
        }
      }
    }
    return figures
  } finally {
    await parts.close()
  }
}

async function runBatch(requests: readonly SignedRequest[], parts: Parts): Promise<ReadonlyMap<Stage, number>> {
  const { authentication, guardrails, services, audit } = parts
  const costs = new Map<Stage, number>()
  const now = Date.now()
  const stage = async <T, R>(name: Stage, items: readonly T[], work: (item: T) => R): Promise<Awaited<R>[]> => {
    const before = process.cpuUsage()
    const results = items.map(work)
    const settled = await Promise.all(results)
    const { user, system } = process.cpuUsage(before)
    costs.set(name, user + system)
    return settled
  }
  const arrived = requests.map(wireRequestOf)
  const resolved = await stage('resolve', arrived, ({ request, bytes }) => {
    const exchange = new Exchange(request, now, 'us-east-1')
    const { service, operation } = resolveOperation(request, bytes, services)
    return { exchange, service, operation, protocol: exchange.isFor(service, operation), request, bytes }
  })
  const known = await stage('authenticate', resolved, async (item) => {
    const { service, operation } = item
    const called = { service: service.name, protocol: service.protocol, isUnsignedAllowed: operation.isUnsigned }
    const authenticated = await authenticate(item.request, called, authentication)
    item.exchange.caller = authenticated.caller
    return { ...item, ...authenticated }
  })
  const parsed = await stage('parse', known, (item) => {
    const input = item.protocol.parseInput(item.operation.schema, item.request, item.bytes)
    item.exchange.input = input
    const { caller, exchange } = item
    const call: Call = { caller, requestId: exchange.requestId, region: 'us-east-1', now, sourceIp: '127.0.0.1' }
    return { ...item, input, call }
  })
  const judged = await stage('authorize', parsed, async (item) => {
    const checks = await item.operation.authorize(item.input, item.call)
    const keys = { ...item.context, ...requestKeys(item.request, 'us-east-1', now) }
    const authorization = authorizeCall(checks, item.call, keys, guardrails)
    if (!isAllowed(authorization)) throw new Error('a call was denied')
    item.exchange.authorization = authorization
    return item
  })
  const done = await stage('invoke', judged, async (item) => ({ ...item, output: await item.operation.invoke(item.input, item.call) }))
  await stage('write', done, ({ exchange, operation, output }) => exchange.succeed(operation, output))
  const records = await stage('record', done, ({ exchange, output }) => exchange.record({ output }))
  await stage('append', records, (record) => audit.append(record))
  return costs
}

function wireRequestOf({ headers, body }: SignedRequest): { readonly request: WireRequest; readonly bytes: Uint8Array } {
  const bytes = Buffer.from(body)
  return {
    request: { method: 'POST', path: '/', query: '', headers, body: wholeBody(bytes), remoteAddress: '127.0.0.1', isTls: false },
    bytes,
  }
}

interface Parts {
  readonly authentication: Parameters<typeof authenticate>[2]
  readonly guardrails: Organization
  readonly services: readonly Service[]
  readonly audit: AuditLog
  close(): Promise<void>
}

async function openParts(folder: DataFolder): Promise<Parts> {
  const keys = openKeyRing({ path: folder.keyRing })
  const state = await openState({ database: folder.state })
  const audit = await openAuditLog({ folder: folder.audit })
  const organization = new Organization(undefined)
  const opened = new OpenedSecrets(keys)
  const secrets = {
    seal: (secret: string, owner: readonly string[]) => sealSecret(secret, owner, keys),
    open: (sealed: string, owner: readonly string[]) => opened.open(sealed, owner),
  }
  const principals = principalsOf(state, secrets)
  const objects = await openObjectStore({
    folder: folder.objects,
    clock: systemClock,
    onProblem: (what, error) => console.error(what, error),
  })
  const revocations = revocationsIn(state)
  return {
    authentication: {
      credentials: credentialsFrom({ principals, keys, revocations, organization }),
      verifier: new SignatureVerifier(),
      clock: systemClock,
      allowS3SigV2: false,
      bodyLimit: 1024 * 1024,
    },
    guardrails: organization,
    services: servicesOf({
      state: new Intents(state, audit.verifierKey).state,
      keys,
      secrets,
      audit,
      organization,
      principals,
      logEvents: openLogEvents(folder.logEvents),
      closing: new AbortController().signal,
      people: new People(defaultConfiguration),
      revocations,
      frontDoor: { call: () => Promise.reject(new Error('no operation that is measured calls another')) },
      objects,
      ecs: { scheduling: { taskChanged: () => {}, serviceChanged: () => {} }, runtime: { attributes: [] }, newId: () => '' },
    }),
    audit,
    async close() {
      await objects.close()
      await audit.close()
      await state.close()
      keys.close()
    },
  }
}

/** An instance that is opened once, so that there are users and roles. */
async function madeIn(folder: DataFolder): Promise<World> {
  const log = { info: () => {}, problem: (message: string, error: unknown) => process.stderr.write(`${message}: ${String(error)}\n`) }
  const options = { folder, host: '127.0.0.1', port: 0, configuration: defaultConfiguration, allowS3SigV2: false, log }
  const instance = await openInstance(options)
  try {
    return await makeWorld(instance.url, readRootKey(folder.rootKey(defaultAccount.id)))
  } finally {
    await instance.close()
  }
}

const batchSize = 256
const host = '127.0.0.1:4780'
