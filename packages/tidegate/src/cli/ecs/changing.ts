/** What deploy, restart, scale and rollback do alike: read the service, change it, watch it, say what came of it. */
import { setTimeout as pause } from 'node:timers/promises'
import { ECSClient, type Service, UpdateServiceCommand, type UpdateServiceCommandInput } from '@aws-sdk/client-ecs'
import { textInRecord } from '../../audit/record-text.ts'
import { asClient } from '../client.ts'
import type { ExitCode, Io } from '../io.ts'
import { type ChangeFlags, timeoutOf } from './flags.ts'
import { type InCluster, serviceName, shortName } from './names.ts'
import { serviceOf } from './reading.ts'
import type { Verdict } from './rollout.ts'
import { watch, type Watched, type WatchTime } from './watching.ts'

/** A change that was thought out and not made. */
export interface Change {
  /** Behind "would": `set the desired count of shop/web from 2 to 4`. */
  readonly what: readonly string[]
  apply(): Promise<Applied>
}

export interface Applied {
  /** Of the call that made the change. */
  readonly requestId: string | undefined
  readonly taskDefinition: string | undefined
  /** Id of the deployment that the change began, if it did. */
  readonly deployment?: string | undefined
  readonly verdict: (service: Service) => Verdict
}

export interface ToChange {
  readonly ecs: ECSClient
  readonly name: InCluster
  readonly service: Service
}

type Outcome = Watched['state'] | 'started'

export function changeService(
  { word, flags }: { readonly word: string; readonly flags: ChangeFlags },
  io: Io,
  plan: (service: ToChange) => Change | Promise<Change>,
  time: WatchTime = { clock: Date.now, pause: (milliseconds) => pause(milliseconds) },
): Promise<ExitCode> {
  const name = serviceName(word, flags.cluster)
  const timeout = timeoutOf(flags)
  return asClient(io, async (settings) => {
    const ecs = new ECSClient(settings)
    const service = await serviceOf(ecs, name)
    const change = await plan({ ecs, name, service })
    if (flags['dry-run']) {
      await io.write(
        flags.json ? `${JSON.stringify({ dryRun: change.what })}\n` : change.what.map((each) => `dry run: would ${each}\n`).join(''),
      )
      return 0
    }
    const applied = await change.apply()
    const look = (): Promise<Service> => serviceOf(ecs, name)
    const knownEvents = new Set((service.events ?? []).map(({ id = '' }) => id))
    const tell = (line: string): void => io.note(textInRecord(line))
    const ended = flags['no-wait'] ? undefined : await watch({ look, verdict: applied.verdict, knownEvents, timeout, tell, time })
    return report(io, { name, applied, ended, isJson: flags.json })
  })
}

/** Sends an update with nothing in it but what is to change. */
export function update(
  { ecs, name }: Pick<ToChange, 'ecs' | 'name'>,
  changes: Omit<UpdateServiceCommandInput, 'cluster' | 'service'>,
): Promise<{ readonly service: Service; readonly requestId: string | undefined }> {
  return ecs
    .send(new UpdateServiceCommand({ cluster: name.cluster, service: name.name, ...changes }))
    .then(({ service = {}, $metadata: { requestId } }) => ({ service, requestId }))
}

/** The deployment that an update began. */
export function primaryOf({ deployments = [] }: Service): string {
  return deployments.find(({ status }) => status === 'PRIMARY')?.id ?? ''
}

interface Report {
  readonly name: InCluster
  readonly applied: Applied
  readonly ended: Watched | undefined
  readonly isJson: boolean
}

async function report(io: Io, { name: { cluster, name }, applied, ended, isJson }: Report): Promise<ExitCode> {
  const outcome: Outcome = ended?.state ?? 'started'
  const reason = ended !== undefined && 'reason' in ended ? ended.reason : undefined
  const { requestId, deployment } = applied
  const taskDefinition = shortName(applied.taskDefinition)
  if (isJson) await io.write(`${JSON.stringify({ cluster, service: name, outcome, reason, taskDefinition, deployment, requestId })}\n`)
  else {
    const text = reason === undefined ? `${cluster}/${name} ${outcome === 'started' ? 'is to run' : 'runs'} ${taskDefinition}` : reason
    await io.write(`${outcome}: ${textInRecord(text)}\nrequest: ${requestId ?? '-'}\n`)
  }
  if (outcome === 'completed') return 0
  io.note(`next: tidegate ecs describe ${cluster}/${name}`)
  return exitCodes[outcome]
}

const exitCodes: Readonly<Record<Outcome, ExitCode>> = {
  completed: 0,
  started: 0,
  failed: 1,
  'rolled-back': 1,
  superseded: 1,
  'timed-out': 3,
}
