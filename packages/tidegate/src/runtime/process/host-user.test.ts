import process from 'node:process'
import { test } from 'vitest'
import { hostUser } from './host-user.ts'

const files: Record<string, string> = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nweb:x:33:34::/srv:/bin/false\n',
  '/etc/group': 'root:x:0:\nadm:x:4:web\n',
}
const read = (path: string): string => files[path] ?? ''

test.for(['nobody', 'web:nogroup', '-1', '1e3', ' '])('`%s` is nobody on this machine', (text, { expect }) => {
  expect(() => hostUser(text, read)).toThrow(/^unable to find (user|group) /)
})

test.for([
  ['web', { uid: 33, gid: 34 }],
  ['web:adm', { uid: 33, gid: 4 }],
  ['33', { uid: 33, gid: 34 }],
  ['4711', { uid: 4711, gid: 0 }],
  ['4711:12', { uid: 4711, gid: 12 }],
] as const)('`%s` is %j', ([text, user], { expect }) => {
  expect(hostUser(text, read)).toEqual(user)
})

test('who runs us needs no change of user', ({ expect }) => {
  expect(hostUser(undefined, read)).toBeUndefined()
  expect(hostUser(`${process.getuid?.()}:${process.getgid?.()}`, read)).toBeUndefined()
})
