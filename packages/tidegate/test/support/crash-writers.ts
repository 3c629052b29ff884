/**
 * Clients that change IAM until the instance dies, and what must then be there. Each user goes through the same stages, one call each, so
 * that whatever is found is a stage: the one that was acknowledged last, or the one that was under way.
 */
import {
  AddUserToGroupCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GetGroupCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam'
import { refusalOf } from './clients.ts'

export const group = 'all'
const writers = 6

export interface Life {
  readonly name: string
  /** Calls that were acknowledged. */
  acknowledged: number
  keyId: string | undefined
}

/** The calls of a user's life, in order. */
export const stages: readonly { readonly event: string; readonly call: (iam: IAMClient, life: Life) => Promise<void> }[] = [
  {
    event: 'CreateUser',
    async call(iam, { name }) {
      await iam.send(new CreateUserCommand({ UserName: name, Path: '/crash/', Tags: [{ Key: 'name', Value: name }] }))
    },
  },
  {
    event: 'CreateAccessKey',
    async call(iam, life) {
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: life.name }))
      life.keyId = AccessKey?.AccessKeyId
    },
  },
  {
    event: 'AddUserToGroup',
    async call(iam, { name }) {
      await iam.send(new AddUserToGroupCommand({ UserName: name, GroupName: group }))
    },
  },
  {
    event: 'RemoveUserFromGroup',
    async call(iam, { name }) {
      await iam.send(new RemoveUserFromGroupCommand({ UserName: name, GroupName: group }))
    },
  },
  {
    event: 'DeleteAccessKey',
    async call(iam, { name, keyId }) {
      await iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId: keyId }))
    },
  },
  {
    event: 'DeleteUser',
    async call(iam, { name }) {
      await iam.send(new DeleteUserCommand({ UserName: name }))
    },
  },
]

export interface Writing {
  /** So many calls as were asked for are acknowledged. */
  readonly enough: Promise<void>
  /** The instance answers no more. */
  readonly ended: Promise<readonly Life[]>
}

/** `enough` resolves after so many acknowledgements. */
export function writeUntilItDies(iam: IAMClient, round: string, calls: number): Writing {
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  let acknowledged = 0
  return { enough, ended: write(iam, round, () => void (++acknowledged === calls && resolve())) }
}

/** Every other user lives only as far as its group. */
async function write(iam: IAMClient, round: string, onAcknowledged: () => void): Promise<readonly Life[]> {
  const lives: Life[] = []
  const liveOn = async (writer: number): Promise<void> => {
    for (let i = 0; ; i++) {
      const life: Life = { name: `${round}-${writer}-${i}`, acknowledged: 0, keyId: undefined }
      lives.push(life)
      for (const { call } of stages.slice(0, i % 2 === 0 ? 3 : stages.length)) {
        await call(iam, life)
        life.acknowledged++
        onAcknowledged()
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: writers }, (_, writer) => liveOn(writer)))
  for (const end of ends) {
    // The connection broke; an answer that refuses would be a fault.
    if (end.status === 'rejected' && end.reason instanceof Error && '$fault' in end.reason && '$response' in end.reason) throw end.reason
  }
  return lives
}

export interface Found {
  readonly life: Life
  /** How many calls of its life took effect; `undefined` where what is there is none of the stages. */
  readonly stage: number | undefined
}

/** What the instance has of each user. */
export async function findLives(iam: IAMClient, lives: readonly Life[]): Promise<readonly Found[]> {
  const members = new Set<string | undefined>()
  for (let Marker: string | undefined, isFirst = true; isFirst || Marker !== undefined; isFirst = false) {
    const page = await iam.send(new GetGroupCommand({ GroupName: group, MaxItems: 1000, Marker }))
    for (const { UserName } of page.Users ?? []) members.add(UserName)
    Marker = page.IsTruncated === true ? page.Marker : undefined
  }
  return Promise.all(
    lives.map(async (life) => {
      const isMember = members.has(life.name)
      if ((await refusalOf(iam.send(new GetUserCommand({ UserName: life.name }))))?.status === 404) {
        return { life, stage: isMember ? undefined : life.acknowledged >= 5 ? 6 : 0 }
      }
      const { User } = await iam.send(new GetUserCommand({ UserName: life.name }))
      const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({ UserName: life.name }))
      const isWhole = User?.Path === '/crash/' && User.Tags?.[0]?.Value === life.name
      return { life, stage: isWhole ? stageOf(keys.length, isMember, life) : undefined }
    }),
  )
}

/** The same may be found on the way up and on the way down; which it is, the acknowledged calls say. */
function stageOf(keys: number, isMember: boolean, { acknowledged }: Life): number | undefined {
  if (keys === 1 && isMember) return 3
  if (keys === 1) return acknowledged >= 3 ? 4 : 2
  if (keys === 0 && !isMember) return acknowledged >= 4 ? 5 : 1
  return undefined
}
