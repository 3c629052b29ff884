import { test } from 'vitest'
import { accountId, iamAccount } from '../../../test/support/iam.ts'
import { base32, bytesOfBase32 } from './ids.ts'
import { stepAt, totpCode } from './totp.ts'

// https://www.rfc-editor.org/rfc/rfc6238#appendix-B, the last six of eight digits
test.for([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
] as const)('the code at %d s is %s', ([seconds, code], { expect }) => {
  expect(totpCode(base32(Buffer.from('12345678901234567890')), stepAt(seconds * 1000))).toBe(code)
})

// https://www.rfc-editor.org/rfc/rfc4648#section-10, without padding
test.for([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
] as const)('base32 of %j is %j', ([text, encoded], { expect }) => {
  expect(base32(Buffer.from(text))).toBe(encoded)
  expect(Buffer.from(bytesOfBase32(encoded)).toString()).toBe(text)
})

async function withDevice() {
  const account = await iamAccount()
  for (const UserName of ['alice', 'bob']) await account.run('CreateUser', { UserName })
  const { VirtualMFADevice } = (await account.run('CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' })) as {
    VirtualMFADevice: { SerialNumber: string; Base32StringSeed: Uint8Array }
  }
  const seed = Buffer.from(VirtualMFADevice.Base32StringSeed).toString()
  const codeAt = (offset: number) => totpCode(seed, stepAt(account.now) + offset)
  return { account, SerialNumber: VirtualMFADevice.SerialNumber, codeAt }
}

test('a device is enabled by two codes in a row, and by nothing else', async ({ expect }) => {
  const { account, SerialNumber, codeAt } = await withDevice()
  const enable = async (first: string, second: string, UserName = 'alice') => {
    return account.refusal('EnableMFADevice', { UserName, SerialNumber, AuthenticationCode1: first, AuthenticationCode2: second })
  }
  const refused = 'InvalidAuthenticationCode: Authentication code for device is not valid.'
  expect(await enable(codeAt(0), codeAt(0))).toBe(refused)
  expect(await enable(codeAt(0), codeAt(-1))).toBe(refused)
  expect(await enable(codeAt(100), codeAt(101))).toBe(refused)
  expect(await enable(codeAt(-1), codeAt(0))).toBeUndefined()
  expect(await enable(codeAt(0), codeAt(1), 'bob')).toBe('EntityAlreadyExists: MFA Device is already in use.')
  expect(await account.run('ListMFADevices', { UserName: 'alice' })).toMatchObject({ MFADevices: [{ SerialNumber, UserName: 'alice' }] })
  expect(await account.run('ListVirtualMFADevices', { AssignmentStatus: 'Unassigned' })).toMatchObject({ VirtualMFADevices: [] })
  expect(await account.refusal('DeleteVirtualMFADevice', { SerialNumber })).toBe(
    'DeleteConflict: MFA VirtualDevice in use. Must deactivate first.',
  )
  expect(await account.refusal('DeactivateMFADevice', { UserName: 'bob', SerialNumber })).toBe('NoSuchEntity: MFA Device invalid for user.')
  expect(await account.refusal('DeleteUser', { UserName: 'alice' })).toBe(
    'DeleteConflict: Cannot delete entity, must delete MFA device first.',
  )
  await account.run('DeactivateMFADevice', { UserName: 'alice', SerialNumber })
  await account.run('DeleteVirtualMFADevice', { SerialNumber })
})

test('a code counts once, for its user, and for a minute or so', async ({ expect }) => {
  const { account, SerialNumber, codeAt } = await withDevice()
  const verify = async (code: string, userName = 'alice') =>
    account.principals.verifyTotp(accountId, { userName, serialNumber: SerialNumber, code }, account.now)
  expect(await verify(codeAt(0))).toBe(false) // not enabled yet
  await account.run('EnableMFADevice', { UserName: 'alice', SerialNumber, AuthenticationCode1: codeAt(-1), AuthenticationCode2: codeAt(0) })
  expect(await verify(codeAt(0))).toBe(false) // it was the second code
  account.pass(60_000)
  expect(await verify(codeAt(0), 'bob')).toBe(false)
  expect(await verify(codeAt(-2))).toBe(false)
  const code = codeAt(0)
  expect(await Promise.all([verify(code), verify(code)])).toEqual([true, false])
  account.pass(30_000)
  expect(await verify(codeAt(2))).toBe(false)
  expect(await verify(codeAt(0))).toBe(true)
  await account.run('UpdateUser', { UserName: 'alice', NewUserName: 'alicia' })
  account.pass(30_000)
  expect(await verify(codeAt(0), 'alicia')).toBe(true)
})

test('a device whose clock is off is judged by its own clock', async ({ expect }) => {
  const { account, SerialNumber, codeAt } = await withDevice()
  await account.run('EnableMFADevice', { UserName: 'alice', SerialNumber, AuthenticationCode1: codeAt(4), AuthenticationCode2: codeAt(5) })
  account.pass(90_000)
  const verify = async (code: string) =>
    account.principals.verifyTotp(accountId, { userName: 'alice', serialNumber: SerialNumber, code }, account.now)
  expect(await verify(codeAt(0))).toBe(false)
  expect(await verify(codeAt(5))).toBe(true)
  await account.run('ResyncMFADevice', { UserName: 'alice', SerialNumber, AuthenticationCode1: codeAt(9), AuthenticationCode2: codeAt(10) })
  account.pass(90_000)
  expect(await verify(codeAt(10))).toBe(true)
})
