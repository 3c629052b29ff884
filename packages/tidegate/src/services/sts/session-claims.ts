/** The claims of a web identity that stay condition keys as long as the session lives. */
import type { Session } from '../../kernel/caller.ts'

/** `<issuer>:aud`, `<issuer>:sub` and the like, where the session came from a web identity. */
export function claimContext({ federatedProvider, claims }: Session): Record<string, string | readonly string[]> {
  if (federatedProvider === undefined || claims === undefined) return {}
  const issuer = issuerOfProvider(federatedProvider)
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [`${issuer}:${name}`, name === 'amr' ? value.split(separator) : value]),
  )
}

/** What of the claims a session keeps. `amr` is the only one with several values. */
export function keptClaims(context: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  const kept = [...lastingClaims].flatMap((name) => {
    const value = context[name]
    if (value === undefined) return []
    return [[name, typeof value === 'string' ? value : value.join(separator)] as const]
  })
  return Object.fromEntries(kept)
}

/** Host and path of the issuer, which its condition keys begin with. */
function issuerOfProvider(provider: string): string {
  const [, url] = /^arn:[^:]+:iam::\d{12}:oidc-provider\/(.+)$/.exec(provider) ?? []
  return url ?? provider
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif */
const lastingClaims = ['aud', 'sub', 'amr'] as const

/** Authentication methods with a line feed are not taken from tokens. */
const separator = '\n'
