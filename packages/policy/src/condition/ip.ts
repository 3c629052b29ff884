/**
 * `IpAddress`: CIDR ranges of IPv4 and IPv6. Without a prefix length a range is one address; host bits are masked away;
 * the families never match each other, not even through `::ffff:0:0/96`.
 * @see https://www.rfc-editor.org/rfc/rfc4291#section-2.2
 */
import type { ValueMatcher } from './condition-test.ts'

export function ipMatcher(values: readonly string[]): ValueMatcher {
  return new RangeMatcher(values.map(parseRange).filter((range) => range !== undefined))
}

class RangeMatcher implements ValueMatcher {
  readonly #ranges: readonly Range[]

  constructor(ranges: readonly Range[]) {
    this.#ranges = ranges
  }

  matches(value: string): boolean {
    const family = parseAddress(value, address)
    for (const range of this.#ranges) if (range.family === family && contains(range, address)) return true
    return false
  }
}

interface Range {
  readonly family: Exclude<Family, 0>
  /** Four words of 32 bits, most significant first; IPv4 uses the first alone. */
  readonly words: Int32Array
  readonly prefixLength: number
}
/** 0 is none. */
type Family = 0 | 4 | 6

function contains({ words, prefixLength }: Range, candidate: Int32Array): boolean {
  for (let word = 0, left = prefixLength; left > 0; word++, left -= 32) {
    // The shift is 0 when all 32 bits count.
    if (((candidate[word] ?? 0) ^ (words[word] ?? 0)) >>> Math.max(0, 32 - left) !== 0) return false
  }
  return true
}

/** `undefined` for what is no range; it matches nothing. */
function parseRange(text: string): Range | undefined {
  const slash = text.indexOf('/')
  const words = new Int32Array(4)
  const family = parseAddress(slash < 0 ? text : text.slice(0, slash), words)
  if (family === 0) return undefined
  const bits = family === 4 ? 32 : 128
  if (slash < 0) return { family, words, prefixLength: bits }
  const length = text.slice(slash + 1)
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? { family, words, prefixLength: Number(length) } : undefined
}

/** Writes the address to `words` and answers its family; 0 for what is no address. */
function parseAddress(text: string, words: Int32Array): Family {
  if (text.includes(':')) return parseIpv6(text, words) ? 6 : 0
  const ipv4 = parseIpv4(text, 0)
  if (ipv4 === undefined) return 0
  words[0] = ipv4
  return 4
}

/** Dotted decimal from `start` to the end, without leading zeros (some read them as octal), as a signed word of 32 bits. */
function parseIpv4(text: string, start: number): number | undefined {
  let word = 0
  let octet = -1
  let octets = 0
  for (let i = start; i <= text.length; i++) {
    const code = i === text.length ? DOT : text.charCodeAt(i)
    if (code >= ZERO && code <= ZERO + 9) {
      if (octet === 0) return undefined
      octet = (octet < 0 ? 0 : octet * 10) + code - ZERO
    } else {
      if (code !== DOT || octet < 0 || octet > 255) return undefined
      word = (word << 8) | octet
      octets++
      octet = -1
    }
  }
  return octets === 4 ? word : undefined
}

/** Groups of hexadecimal digits, one `::` for a run of zero groups, an IPv4 address for the last two groups. */
function parseIpv6(text: string, words: Int32Array): boolean {
  const groups: number[] = []
  let gap = -1
  let at = 0
  if (text.startsWith('::')) {
    gap = 0
    at = 2
  }
  while (at < text.length) {
    const colon = text.indexOf(':', at)
    const end = colon < 0 ? text.length : colon
    if (colon < 0 && text.includes('.', at)) {
      const ipv4 = parseIpv4(text, at)
      if (ipv4 === undefined) return false
      groups.push(ipv4 >>> 16, ipv4 & 0xffff)
      at = end
      break
    }
    const group = text.slice(at, end)
    if (!/^[\dA-Fa-f]{1,4}$/.test(group)) return false
    groups.push(Number.parseInt(group, 16))
    at = end
    if (colon < 0) break
    at++
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return false
      gap = groups.length
      at++
    } else if (at === text.length) return false // a single colon at the end
  }
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return false
  const all = gap < 0 ? groups : [...groups.slice(0, gap), ...Array.from({ length: 8 - groups.length }, () => 0), ...groups.slice(gap)]
  for (let i = 0; i < 4; i++) words[i] = ((all[2 * i] ?? 0) << 16) | (all[2 * i + 1] ?? 0)
  return true
}

/** The address of the value being matched; one at a time, as matching never waits. */
const address = new Int32Array(4)
const ZERO = 0x30
const DOT = 0x2e
const COLON = 0x3a
