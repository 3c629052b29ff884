/** Virtual MFA devices: a TOTP seed that is told once, sealed, and used again only to check codes. */
import * as iam from '@aws-sdk/client-iam'
import type { Transaction } from '../../../kernel/state.ts'
import { arnOf } from '../arn.ts'
import { check, everything, mfaTarget, newTarget, selfTarget, userNameOf, userTarget } from '../checks.ts'
import { iamError } from '../errors.ts'
import { tagPage, tagsShape } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'
import { base32 } from '../ids.ts'
import { mfaDeviceOf, mfaKey, missing, userNamed } from '../lookup.ts'
import { pageOf } from '../page.ts'
import { userShape } from '../shapes.ts'
import { keyOf, mfaDevices, users } from '../state.ts'
import type { MfaDevice } from '../state.ts'
import { requestTagKeys, requestTags, tagsOf, withoutTags, withTags } from '../tags.ts'
import { stepAt, stepOfConsecutiveCodes } from '../totp.ts'

export const createVirtualMFADevice = iamOperation<iam.CreateVirtualMFADeviceCommandInput, iam.CreateVirtualMFADeviceCommandOutput>(
  iam.CreateVirtualMFADevice$,
  {
    recordedOutputs: ['VirtualMFADevice.SerialNumber'],
    authorize({ VirtualMFADeviceName, Path, Tags }, call) {
      const target = newTarget('mfa', call, { name: VirtualMFADeviceName, path: Path })
      const isTagged = Tags !== undefined && Tags.length > 0
      return [
        check('CreateVirtualMFADevice', target, requestTags(Tags)),
        ...(isTagged ? [check('TagMFADevice', target, requestTags(Tags))] : []),
      ]
    },
    invoke({ VirtualMFADeviceName: name, Path: path = '/', Tags }, { state, secrets, credentials, caller: { accountId }, now }) {
      const serialNumber = arnOf('mfa', accountId, { name, path })
      const seed = base32(credentials.randomBytes(seedBytes))
      const sealedSeed = secrets.seal(seed, ['mfa', serialNumber])
      return state.transact((tx) => {
        if (tx.get(mfaDevices, accountId, mfaKey(serialNumber)) !== undefined) {
          throw iamError('EntityAlreadyExists', 'MFA device already exists.')
        }
        const device: MfaDevice = { name, path, createdAt: now, tags: tagsOf(Tags), sealedSeed }
        tx.put(mfaDevices, accountId, mfaKey(serialNumber), device)
        return { VirtualMFADevice: { SerialNumber: serialNumber, Base32StringSeed: Buffer.from(seed), ...tagsShape(device.tags) } }
      })
    },
  },
)

export const enableMFADevice = iamOperation<iam.EnableMFADeviceCommandInput, iam.EnableMFADeviceCommandOutput>(iam.EnableMFADevice$, {
  secretInputs: ['AuthenticationCode1', 'AuthenticationCode2'],
  authorize: ({ UserName }, call) => [check('EnableMFADevice', userTarget(call, UserName))],
  async invoke({ UserName, SerialNumber, AuthenticationCode1, AuthenticationCode2 }, call) {
    const { accountId } = call.caller
    await call.state.transact((tx) => {
      const user = userNamed(tx, accountId, UserName)
      const device = mfaDeviceOf(tx, accountId, SerialNumber)
      if (device.user !== undefined) throw iamError('EntityAlreadyExists', 'MFA Device is already in use.')
      const count = tx.list(mfaDevices, accountId).filter(({ value }) => value.user === keyOf(user.name)).length
      if (count >= maxDevices) throw iamError('LimitExceeded', `Cannot exceed quota for MFADevicesPerUser: ${maxDevices}`)
      const synchronized = synchronize(call, SerialNumber, device, [AuthenticationCode1, AuthenticationCode2])
      putDevice(tx, accountId, SerialNumber, { ...synchronized, user: keyOf(user.name), enabledAt: call.now })
    })
    return {}
  },
})

export const resyncMFADevice = iamOperation<iam.ResyncMFADeviceCommandInput, iam.ResyncMFADeviceCommandOutput>(iam.ResyncMFADevice$, {
  secretInputs: ['AuthenticationCode1', 'AuthenticationCode2'],
  authorize: ({ UserName }, call) => [check('ResyncMFADevice', userTarget(call, UserName))],
  async invoke({ UserName, SerialNumber, AuthenticationCode1, AuthenticationCode2 }, call) {
    const { accountId } = call.caller
    await call.state.transact((tx) => {
      const device = deviceOfUser(tx, accountId, UserName, SerialNumber)
      putDevice(tx, accountId, SerialNumber, synchronize(call, SerialNumber, device, [AuthenticationCode1, AuthenticationCode2]))
    })
    return {}
  },
})

export const deactivateMFADevice = iamOperation<iam.DeactivateMFADeviceCommandInput, iam.DeactivateMFADeviceCommandOutput>(
  iam.DeactivateMFADevice$,
  {
    authorize: ({ UserName }, call) => [check('DeactivateMFADevice', selfTarget(call, userNameOf(UserName, call)))],
    async invoke({ UserName, SerialNumber }, call) {
      const { accountId } = call.caller
      const name = userNameOf(UserName, call)
      await call.state.transact((tx) => {
        const device = deviceOfUser(tx, accountId, name, SerialNumber)
        putDevice(tx, accountId, SerialNumber, { ...device, user: undefined, enabledAt: undefined })
      })
      return {}
    },
  },
)

export const deleteVirtualMFADevice = iamOperation<iam.DeleteVirtualMFADeviceCommandInput, iam.DeleteVirtualMFADeviceCommandOutput>(
  iam.DeleteVirtualMFADevice$,
  {
    authorize: ({ SerialNumber }, call) => [check('DeleteVirtualMFADevice', mfaTarget(call, SerialNumber))],
    async invoke({ SerialNumber }, { state, caller: { accountId } }) {
      await state.transact((tx) => {
        if (mfaDeviceOf(tx, accountId, SerialNumber).user !== undefined) {
          throw iamError('DeleteConflict', 'MFA VirtualDevice in use. Must deactivate first.')
        }
        tx.delete(mfaDevices, accountId, mfaKey(SerialNumber))
      })
      return {}
    },
  },
)

export const getMFADevice = iamOperation<iam.GetMFADeviceCommandInput, iam.GetMFADeviceCommandOutput>(iam.GetMFADevice$, {
  authorize: ({ UserName }, call) => [check('GetMFADevice', selfTarget(call, userNameOf(UserName, call)))],
  invoke: ({ UserName, SerialNumber }, call) =>
    call.state.read((view) => {
      const { accountId } = call.caller
      const name = userNameOf(UserName, call)
      const device = mfaDeviceOf(view, accountId, SerialNumber)
      if (name === undefined || device.user !== keyOf(name)) return missing(`MFA Device with serial number ${SerialNumber} does not exist.`)
      return { UserName: userNamed(view, accountId, name).name, SerialNumber, ...enableDate(device) }
    }),
})

export const listMFADevices = iamOperation<iam.ListMFADevicesCommandInput, iam.ListMFADevicesCommandOutput>(iam.ListMFADevices$, {
  authorize: ({ UserName }, call) => [check('ListMFADevices', selfTarget(call, userNameOf(UserName, call)))],
  invoke(input, call) {
    const { accountId } = call.caller
    const name = userNameOf(input.UserName, call)
    if (name === undefined) return { MFADevices: [], IsTruncated: false }
    return call.state.read((view) => {
      const user = userNamed(view, accountId, name)
      const found = view.list(mfaDevices, accountId).filter(({ value }) => value.user === keyOf(user.name))
      const { items, rest } = pageOf(found, ({ key }) => key, input)
      const shapes = items.map(({ value }) => ({
        UserName: user.name,
        SerialNumber: arnOf('mfa', accountId, value),
        EnableDate: new Date(value.enabledAt ?? value.createdAt),
      }))
      return { MFADevices: shapes, ...rest }
    })
  },
})

export const listVirtualMFADevices = iamOperation<iam.ListVirtualMFADevicesCommandInput, iam.ListVirtualMFADevicesCommandOutput>(
  iam.ListVirtualMFADevices$,
  {
    authorize: () => [check('ListVirtualMFADevices', everything)],
    invoke: (input, { state, caller: { accountId } }) =>
      state.read((view) => {
        const { AssignmentStatus = 'Any' } = input
        const found = view.list(mfaDevices, accountId).filter(({ value }) => {
          return AssignmentStatus === 'Any' || (value.user === undefined) === (AssignmentStatus === 'Unassigned')
        })
        const { items, rest } = pageOf(found, ({ key }) => key, input)
        const shapes = items.map(({ value }) => {
          const user = value.user === undefined ? undefined : view.get(users, accountId, value.user)
          const owner = user === undefined ? {} : { User: userShape(accountId, user) }
          return { SerialNumber: arnOf('mfa', accountId, value), ...owner, ...enableDate(value) }
        })
        return { VirtualMFADevices: shapes, ...rest }
      }),
  },
)

export const tagMFADevice = iamOperation<iam.TagMFADeviceCommandInput, iam.TagMFADeviceCommandOutput>(iam.TagMFADevice$, {
  authorize: ({ SerialNumber, Tags }, call) => [check('TagMFADevice', mfaTarget(call, SerialNumber), requestTags(Tags))],
  async invoke({ SerialNumber, Tags }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const device = mfaDeviceOf(tx, accountId, SerialNumber)
      putDevice(tx, accountId, SerialNumber, { ...device, tags: withTags(device.tags, tagsOf(Tags)) })
    })
    return {}
  },
})

export const untagMFADevice = iamOperation<iam.UntagMFADeviceCommandInput, iam.UntagMFADeviceCommandOutput>(iam.UntagMFADevice$, {
  authorize: ({ SerialNumber, TagKeys }, call) => [check('UntagMFADevice', mfaTarget(call, SerialNumber), requestTagKeys(TagKeys))],
  async invoke({ SerialNumber, TagKeys }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const device = mfaDeviceOf(tx, accountId, SerialNumber)
      putDevice(tx, accountId, SerialNumber, { ...device, tags: withoutTags(device.tags, TagKeys) })
    })
    return {}
  },
})

export const listMFADeviceTags = iamOperation<iam.ListMFADeviceTagsCommandInput, iam.ListMFADeviceTagsCommandOutput>(
  iam.ListMFADeviceTags$,
  {
    authorize: ({ SerialNumber }, call) => [check('ListMFADeviceTags', mfaTarget(call, SerialNumber))],
    invoke: (input, { state, caller: { accountId } }) =>
      state.read((view) => tagPage(mfaDeviceOf(view, accountId, input.SerialNumber).tags, input)),
  },
)

/** Two codes in a row tell that the caller holds the device, and how its clock stands. */
function synchronize({ secrets, now }: IamCall, serialNumber: string, device: MfaDevice, codes: readonly [string, string]): MfaDevice {
  const seed = secrets.open(device.sealedSeed, ['mfa', serialNumber])
  const step = stepOfConsecutiveCodes(seed, codes, stepAt(now), maxDrift)
  if (step === undefined || step + 1 <= (device.lastStep ?? -1)) {
    throw iamError('InvalidAuthenticationCode', 'Authentication code for device is not valid.')
  }
  return { ...device, lastStep: step + 1, drift: step + 1 - stepAt(now) }
}

function deviceOfUser(tx: Transaction, accountId: string, userName: string | undefined, serialNumber: string): MfaDevice {
  const user = userName === undefined ? undefined : userNamed(tx, accountId, userName)
  const device = mfaDeviceOf(tx, accountId, serialNumber)
  if (user === undefined || device.user !== keyOf(user.name)) missing('MFA Device invalid for user.')
  return device
}

function putDevice(tx: Transaction, accountId: string, serialNumber: string, device: MfaDevice): void {
  tx.put(mfaDevices, accountId, mfaKey(serialNumber), device)
}

function enableDate({ enabledAt }: MfaDevice) {
  return enabledAt === undefined ? {} : { EnableDate: new Date(enabledAt) }
}

/** 320 bits: 64 characters of base32, as AWS gives. */
const seedBytes = 40
const maxDevices = 8
/** Steps that a device's clock may be off. */
const maxDrift = 20
