/** Which addresses belong to somebody else's public server, and which lie inside: this machine, its network, its cloud's metadata. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * False for everything that is not an address in the public part of the internet. IPv6 addresses that carry an IPv4 address (mapped,
 * NAT64, 6to4, Teredo) are not public here, so that none can smuggle one in.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4')
  return isIPv6(address) && globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

export function isLoopbackAddress(address: string): boolean {
  return isIPv4(address) ? loopback.check(address, 'ipv4') : address === '::1'
}

/** An address of one's own network, where an identity provider of one's own may be; no cloud's metadata. */
export function isPrivateAddress(address: string): boolean {
  if (isIPv4(address)) return privateNetworks.check(address, 'ipv4')
  return isIPv6(address) && privateNetworks.check(address, 'ipv6') && !metadata.check(address, 'ipv6')
}

const privateNetworks = new BlockList()
privateNetworks.addSubnet('10.0.0.0', 8, 'ipv4')
privateNetworks.addSubnet('172.16.0.0', 12, 'ipv4')
privateNetworks.addSubnet('192.168.0.0', 16, 'ipv4')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')

const metadata = new BlockList()
metadata.addSubnet('fd00:ec2::', 32, 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')

/** https://www.iana.org/assignments/ipv6-unicast-address-assignments */
const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

/** https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry */
const special = new BlockList()
const specialIPv4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // Azure's host, reachable from every virtual machine there
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
const specialIPv6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // Teredo, benchmarking, ORCHID
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4
  ['3fff::', 20],
]
for (const [net, prefix] of specialIPv4) special.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of specialIPv6) special.addSubnet(net, prefix, 'ipv6')
