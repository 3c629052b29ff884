/**
 * The secret addresses of a task. They are derived, not stored: the same for the life of a task, over restarts too, since containers know no
 * others; and 128 bits that nobody guesses without the secret of the instance.
 */
import { createHmac } from 'node:crypto'

export interface Addresses {
  /** Id of the task's credentials. */
  credentials(taskArn: string): string
  /** What a process shows beside the id. */
  token(taskArn: string): string
  /** Id of what is told about a container. */
  metadata(taskArn: string, containerName: string): string
}

/** @param secret 32 bytes */
export function addressesFrom(secret: Uint8Array): Addresses {
  const derive = (...parts: readonly string[]): Buffer => createHmac('sha256', secret).update(JSON.stringify(parts)).digest()
  return {
    credentials: (taskArn) => uuidOf(derive('credentials', taskArn)),
    token: (taskArn) => derive('token', taskArn).toString('base64url'),
    metadata: (taskArn, containerName) => derive('metadata', taskArn, containerName).toString('hex', 0, 16),
  }
}

/** All 128 bits are random: it looks like the ids of the ECS agent, which say in a few bits how they were made. */
function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
