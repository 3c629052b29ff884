import type { LookupAddress } from 'node:dns'
import { describe, test } from 'vitest'
import { isPublicAddress } from './ip-address.ts'
import { acceptUrl, fetchJson } from './safe-fetch.ts'
import type { Lookup, SafeFetchOptions } from './safe-fetch.ts'

const inside: readonly string[] = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '169.254.170.2',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:a9fe:a9fe::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  'localhost',
  '2130706433',
  '',
]

test.for(inside)('T-24 %s is not public', (address, { expect }) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.for(['8.8.8.8', '1.1.1.1', '100.128.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001:81b::200e'])(
  '%s is public',
  (address, { expect }) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

const refusedUrls: readonly [string, string][] = [
  ['not a url', 'not a URL'],
  ['', 'not a URL'],
  ['//idp.example.com/', 'not a URL'],
  ['http://idp.example.com/', 'only https is fetched'],
  ['ftp://idp.example.com/', 'only https is fetched'],
  ['file:///etc/passwd', 'only https is fetched'],
  ['data:application/json,{}', 'only https is fetched'],
  ['gopher://127.0.0.1:6379/_', 'only https is fetched'],
  ['https://127.0.0.1/', 'is not a public server'],
  ['https://10.1.2.3/', 'is not a public server'],
  ['https://169.254.169.254/latest/meta-data/', 'is not a public server'],
  ['https://[::1]/', 'is not a public server'],
  ['https://[fd00:ec2::254]/', 'is not a public server'],
  ['https://[::ffff:a9fe:a9fe]/', 'is not a public server'],
  ['https://[::ffff:169.254.169.254]/', 'is not spelled canonically'],
  ['https://2130706433/', 'is not spelled canonically'],
  ['https://017700000001/', 'is not spelled canonically'],
  ['https://0x7f000001/', 'is not spelled canonically'],
  ['https://0x7f.0.0.1/', 'is not spelled canonically'],
  ['https://0251.0376.0251.0376/', 'is not spelled canonically'],
  ['https://127.1/', 'is not spelled canonically'],
  ['https://127.0.0.1./', 'is not spelled canonically'],
  ['https://①②⑦.⓪.⓪.①/', 'is not spelled canonically'],
  ['https://1%32%37.0.0.1/', 'is not spelled canonically'],
  ['https://idp.example.com@169.254.169.254/', 'is not spelled canonically'],
  ['https://user:password@idp.example.com/', 'is not spelled canonically'],
  ['https:\\\\169.254.169.254\\', 'is not spelled canonically'],
  ['https:169.254.169.254', 'is not spelled canonically'],
  [' https://idp.example.com/', 'is not spelled canonically'],
  ['https://idp.exa\tmple.com/', 'is not spelled canonically'],
  ['https://idp.example.com/#frag', 'user information and fragments are not fetched'],
]

test.for(refusedUrls)('T-24 `%s` is refused: %s', ([url, why], { expect }) => {
  expect(() => acceptUrl(url)).toThrow(why)
})

test.for(['https://idp.example.com', 'https://IDP.example.com/realms/staff', 'https://idp.example.com:8443/x?y', 'https://8.8.8.8/'])(
  '`%s` is taken',
  (url, { expect }) => {
    expect(acceptUrl(url).protocol).toBe('https:')
  },
)

describe('names are judged by all their addresses, before anything is sent', () => {
  const resolvingTo = (...addresses: readonly string[]): Lookup =>
    // Node's type has an overload for each form of the options; this is the one that is asked for.
    ((_name: string, _options: object, callback: (error: null, found: LookupAddress[]) => void) => {
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }) as unknown as Lookup

  const cases: readonly [string, readonly string[], SafeFetchOptions][] = [
    ['a private address', ['10.0.0.1'], {}],
    ['a public and a private address', ['8.8.8.8', '127.0.0.1'], {}],
    ['the metadata service', ['169.254.169.254'], {}],
    ['a mapped address', ['::ffff:127.0.0.1'], {}],
    ['no address', [], {}],
    ['a private address, where another host may have one', ['10.0.0.1'], { privateHosts: ['other.example.com'] }],
    ['the loopback interface of a host that may be private', ['127.0.0.1'], { privateHosts: ['idp.example.com'] }],
    ['the metadata service of a host that may be private', ['169.254.169.254'], { privateHosts: ['idp.example.com'] }],
    ['the metadata service by IPv6 of a host that may be private', ['fd00:ec2::254'], { privateHosts: ['idp.example.com'] }],
    ['a private address, where loopback is allowed', ['192.168.0.1'], { allowLoopback: true }],
  ]

  test.for(cases)('T-24 %s is refused', async ([, addresses, options], { expect }) => {
    const answer = fetchJson('https://idp.example.com/', { ...options, lookup: resolvingTo(...addresses) })
    await expect(answer).rejects.toThrow(/is not a public server|has no address/)
  })

  test('T-24 http is for the loopback interface only', ({ expect }) => {
    expect(() => acceptUrl('http://idp.example.com/', { allowLoopback: true })).toThrow('only https is fetched')
    expect(() => acceptUrl('http://10.0.0.1/', { allowLoopback: true })).toThrow('only https is fetched')
    expect(acceptUrl('http://127.0.0.1:9/', { allowLoopback: true }).port).toBe('9')
    expect(() => acceptUrl('http://127.0.0.1:9/')).toThrow('only https is fetched')
  })
})
