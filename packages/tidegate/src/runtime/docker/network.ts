/**
 * The network of tasks: a bridge whose gateway, the machine itself, has the address that SDKs expect the credentials of a task on. There is
 * one on a machine, so one instance of a machine runs containers.
 */
import { type DockerEngine, EngineError, enginePath, listOf, recordOf, textOf } from './engine.ts'

export const TASK_NETWORK = 'tidegate-tasks'
/** Where SDKs ask for `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`. */
export const HOST_ADDRESS = '169.254.170.2'
const SUBNET = '169.254.170.0/24'

/** Makes the network where it is missing. Rejects with a sentence for the operator. */
export async function ensureTaskNetwork(engine: DockerEngine): Promise<void> {
  const found = await engine.call('GET', enginePath(`/networks/${TASK_NETWORK}`)).catch(missing)
  if (found !== undefined) {
    if (subnetsOf(found).includes(SUBNET)) return
    throw new Error(
      `the Docker network \`${TASK_NETWORK}\` is not ours, its subnet is not ${SUBNET}: \`docker network rm ${TASK_NETWORK}\``,
    )
  }
  try {
    await engine.call('POST', '/networks/create', {
      Name: TASK_NETWORK,
      Driver: 'bridge',
      CheckDuplicate: true,
      IPAM: { Config: [{ Subnet: SUBNET, Gateway: HOST_ADDRESS }] },
      Options: { 'com.docker.network.bridge.name': BRIDGE },
      Labels: { 'tidegate.network': 'tasks' },
    })
  } catch (error) {
    // Two instances that start at once make it once.
    if (error instanceof EngineError && error.status === 409) return
    throw new Error(await overlapProblem(engine, error), { cause: error })
  }
}

/** Ids of the containers in the network by their IPv4 address. */
export async function addressesInTaskNetwork(engine: DockerEngine): Promise<ReadonlyMap<string, string>> {
  const network = recordOf(await engine.call('GET', enginePath(`/networks/${TASK_NETWORK}`)))
  const entries = Object.entries(recordOf(network['Containers']))
  return new Map(entries.map(([id, container]) => [textOf(recordOf(container)['IPv4Address']).split('/')[0] ?? '', id]))
}

async function overlapProblem(engine: DockerEngine, error: unknown): Promise<string> {
  const all = listOf(await engine.call('GET', '/networks').catch(() => []))
  const other = all.find((network) => subnetsOf(network).some((subnet) => subnet.startsWith('169.254.170.')))
  const reason = error instanceof Error ? error.message : String(error)
  if (other === undefined) return `the network of tasks can't be made: ${reason}`
  const name = textOf(recordOf(other)['Name'])
  return `another Docker network, \`${name}\`, has the addresses of tasks: \`docker network rm ${name}\``
}

function subnetsOf(network: unknown): readonly string[] {
  return listOf(recordOf(recordOf(network)['IPAM'])['Config']).map((config) => textOf(recordOf(config)['Subnet']))
}

/** Of what is to end: it is not there, has ended, or somebody removes it already. */
export function gone(error: unknown): undefined {
  if (
    error instanceof EngineError &&
    (error.status === 404 || (error.status === 409 && /already in progress|is not running/.test(error.message)))
  )
    return undefined
  throw error
}

export function missing(error: unknown): undefined {
  if (error instanceof EngineError && error.status === 404) return undefined
  throw error
}

const BRIDGE = 'tidegate0'
